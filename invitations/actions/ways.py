"""Opening and closing ways to join without an invitation. All are closed until somebody opens them, in their name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from invitations import join_events as events
from invitations import policies
from invitations.actions.openers import opener_of
from invitations.models import WayIn, WayKind
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import role_of
from organizations.models import Organization, Role

# Only those who have a proven address may either join or ask; the other two say it in their name.
_AT_ONCE = {WayKind.REQUEST: False, WayKind.OPEN: True}

_IN_WORDS = {WayKind.DOMAIN: "a proven domain", WayKind.REQUEST: "asking", WayKind.OPEN: "the open door"}


@action
def open_way(*, actor: Actor, organization: Organization, kind: WayKind, role: Role, at_once: bool = True) -> WayIn:
    """Let people come in that way, from now on in the actor's name. `at_once` counts for a proven domain alone.

    Raises ValidationError (`kind`, `unknown_role`) and PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    if kind not in (WayKind.DOMAIN, WayKind.REQUEST, WayKind.OPEN):
        message = "People join by a proven domain, by a request or openly."
        raise ValidationError(message, code="kind")
    at_once = _AT_ONCE.get(kind, at_once)
    policies.may_switch_ways(actor).enforce()
    role = role_of(organization, role)
    policies.may_let_in(actor, organization, role).enforce()
    way = organization.ways_in.select_related("role").filter(kind=kind).first()
    if way is not None:
        way.organization = organization
        if (way.role_id, way.at_once) == (role.pk, at_once) and policies.stands(way, opener_of(way)):
            return way
    before = _said(way) if way else {}
    way = way or WayIn(organization=organization, kind=kind)
    way.role, way.at_once = role, at_once
    way.opened_by_id, way.opener_label, way.opened_at = actor.id, actor.label, current_act().now
    way.save()
    record_way(events.WAY_CHANGED if before else events.WAY_OPENED, actor, way, before=before, after=_said(way))
    return way


@action
def close_way(*, actor: Actor, organization: Organization, kind: WayKind) -> bool:
    """Let nobody come in that way any more; whether it was open. Who has asked or waits stays so until it is opened.

    Raises PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_switch_ways(actor).enforce()
    ways = list(organization.ways_in.select_related("role").filter(kind=kind))
    close_ways(organization, ways, actor=actor)
    return bool(ways)


def close_ways(organization: Organization, ways: Sequence[WayIn], *, actor: Actor, reason: str = "") -> None:
    """Close these ways of the locked organization, with their events; for actions that have asked."""
    for way in ways:
        way.organization = organization
        record_way(events.WAY_CLOSED, actor, way, before=_said(way), after={"reason": reason} if reason else {})
        way.delete()


def change_role_of_way(way: WayIn, role: Role, *, actor: Actor, reason: str) -> None:
    """Offer another role by it, still in the name of whoever opened it; for actions that have asked."""
    before = _said(way)
    way.role = role
    way.save(update_fields=["role"])
    record_way(events.WAY_CHANGED, actor, way, before=before, after=_said(way) | {"reason": reason})


def record_way(kind: EventKind, actor: Actor, way: WayIn, **changes: dict[str, Any]) -> None:
    organization = way.organization
    record(
        kind, actor=actor, chain=organization.pk, target_id=organization.pk, target_label=organization.name, **changes
    )


def _said(way: WayIn) -> dict[str, str]:
    return {
        "way": _IN_WORDS[WayKind(way.kind)],
        "role": way.role.label,
        "joins": "at once" if way.at_once else "when approved",
    }
