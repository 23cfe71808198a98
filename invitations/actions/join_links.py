"""Links with which people join: made, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from invitations import join_events as events
from invitations import policies
from invitations.models import JoinLink
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import role_of
from organizations.models import Organization, Role


@action
def make_link(*, actor: Actor, organization: Organization, role: Role, uses: int, days: int) -> JoinLink:
    """A link with which that many people join with the role within so many days, in the actor's name.

    Raises ValidationError (`unknown_role`, `uses`, `days`, `too_many`) and PermissionDenied.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    role = role_of(organization, role)
    policies.may_let_in(actor, organization, role).enforce()
    links = organization.join_links.open(act.now).count()
    policies.may_make_link(actor, organization, role, uses=uses, days=days, links=links).demand()
    link: JoinLink = organization.join_links.create(
        role=role,
        max_uses=uses,
        ends_at=act.now + timedelta(days=days),
        opened_by_id=actor.id,
        opener_label=actor.label,
        opened_at=act.now,
    )
    record_link(
        events.LINK_MADE, actor, link, after={"role": role.label, "max_uses": uses, "ends_at": str(link.ends_at)}
    )
    return link


@action
def revoke_link(*, actor: Actor, link: JoinLink) -> bool:
    """Take the link back; whether it stood. Who joined with it stays. Raises PermissionDenied."""
    organization = locked(link.organization_id)
    actor = as_of_now(actor, organization)
    policies.may_revoke_link(actor).enforce()
    links = list(organization.join_links.select_related("role").filter(pk=link.pk, revoked_at=None))
    revoke_links(organization, links, actor=actor)
    return bool(links)


def revoke_links(organization: Organization, links: Sequence[JoinLink], *, actor: Actor, reason: str = "") -> None:
    """Revoke these links of the locked organization, with their events; for actions that have asked."""
    for link in links:
        link.organization, link.revoked_at = organization, current_act().now
        link.save(update_fields=["revoked_at"])
        record_link(
            events.LINK_REVOKED,
            actor,
            link,
            before={"role": link.role.label},
            after={"used": link.used} | ({"reason": reason} if reason else {}),
        )


def change_role_of_link(link: JoinLink, role: Role, *, actor: Actor, reason: str) -> None:
    """Let people join with another role by it; for actions that have asked."""
    before, link.role = link.role, role
    link.save(update_fields=["role"])
    after = {"role": role.label, "reason": reason}
    record_link(events.LINK_CHANGED, actor, link, before={"role": before.label}, after=after)


def record_link(kind: EventKind, actor: Actor, link: JoinLink, **changes: dict[str, Any]) -> None:
    """Of a link its id is told, never its token."""
    record(
        kind,
        actor=actor,
        chain=link.organization_id,
        target_id=link.pk,
        target_label=f"Link to join as {link.role.label}"[:254],
        **changes,
    )
