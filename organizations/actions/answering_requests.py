"""What becomes of an open request for more time."""

from __future__ import annotations

from collections.abc import Sequence

from audit.actions import current_act
from audit.actors import Actor
from organizations import events
from organizations.actions.people import record_of
from organizations.emails import extending as emails
from organizations.models import Extension, ExtensionStatus, Membership, Organization

_EVENTS = {ExtensionStatus.GRANTED: events.EXTENSION_GRANTED, ExtensionStatus.REFUSED: events.EXTENSION_REFUSED}


def grant_what_was_asked(organization: Organization, memberships: Sequence[Membership], *, actor: Actor) -> None:
    """Answer the open requests of those who have been given more time; for actions that have given it."""
    act = current_act()
    people = {one.pk: one for one in memberships if one.is_active_at(act.now)}
    for extension in organization.extensions.filter(status=ExtensionStatus.PENDING, membership__in=list(people)):
        membership = people[extension.membership_id]
        if membership.ends_at is None or membership.ends_at > extension.ended_then:
            answer(extension, ExtensionStatus.GRANTED, membership, actor=actor)


def drop_what_was_asked(organization: Organization, memberships: Sequence[Membership], *, actor: Actor) -> None:
    """Write down that the open requests of these people end with their memberships; for actions that end those."""
    people = {one.pk: one for one in memberships}
    asked = organization.extensions.filter(status=ExtensionStatus.PENDING, membership__id__among=set(people))
    for extension in asked.order_by("membership_id"):
        before = {"ends_at": str(extension.ended_then)}
        record_of(events.EXTENSION_DROPPED, actor, people[extension.membership_id], before=before)


def answer(extension: Extension, status: ExtensionStatus, membership: Membership, *, actor: Actor) -> None:
    """Write the answer down, with its event and its mail; for actions that have asked."""
    extension.status, extension.answered_at = status, current_act().now
    extension.answered_by_id, extension.answerer_label = actor.id, actor.label
    extension.save(update_fields=["status", "answered_at", "answered_by", "answerer_label"])
    after = "never" if membership.ends_at is None else str(membership.ends_at)
    record_of(
        _EVENTS[status],
        actor,
        membership,
        before={"ends_at": str(extension.ended_then)},
        after={"ends_at": after} if status == ExtensionStatus.GRANTED else {},
    )
    extension.organization, extension.membership = membership.organization, membership
    emails.send_answered(extension)
