"""Asking for no more invitations, of one organization or of all, and taking that back."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from invitations import events
from invitations.actions.answering import turn_down
from invitations.actions.books import reloaded
from invitations.models import Invitation, InvitationStatus, Refusal
from organizations.actions.base import action, locked
from organizations.models import Organization

Scope = Literal["here", "everywhere"]


@action
def refuse_further(*, actor: Actor, invitation: Invitation, scope: Scope) -> None:
    """Whoever has the invitation's address wants no more of them: of its organization, or of any.

    The offer itself is declined where it is still open, whichever version was mailed last. The caller has made sure
    that the actor has the address. Doing it twice changes nothing.
    """
    act = current_act()
    organization = locked(invitation.organization_id)
    found = next(iter(reloaded(organization, [invitation])), None)
    if found is None:
        return
    _, is_new = Refusal.objects.get_or_create(
        email=found.email,
        organization=organization if scope == "here" else None,
        defaults={"created_at": act.now},
    )
    if is_new:
        _record(events.REFUSED_FURTHER, actor, organization, found.pk, found.email, scope)
    if found.status == InvitationStatus.PENDING:
        turn_down(organization, found, actor=actor)


@action
def allow_again(*, actor: Actor, organization: Organization | None, email: str) -> None:
    """Take invitations again, of that organization or with None of all that were not refused by themselves.

    The caller has made sure that the address is the actor's own. Doing it twice changes nothing.
    """
    if organization is not None:
        organization = locked(organization)
    gone, _ = Refusal.objects.filter(email=email, organization=organization).delete()
    if gone:
        newest = organization.invitations.to_addresses([email]).order_by("-id").first() if organization else None
        scope: Scope = "here" if organization else "everywhere"
        _record(events.ALLOWED_AGAIN, actor, organization, newest.pk if newest else actor.id, email, scope)


def _record(
    kind: EventKind, actor: Actor, organization: Organization | None, about: UUID | None, email: str, scope: Scope
) -> None:
    """About the invitation, or the account: by that id the address is found where its person is to be erased."""
    chain = organization.pk if organization else actor.id
    assert chain is not None  # noqa: S101 - somebody who takes back what they asked of all is signed in
    record(kind, actor=actor, chain=chain, target_id=about, target_label=email, after={"scope": scope})
