"""Reminding people of offers that they have not answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from audit.actions import current_act
from audit.actors import Actor
from invitations import emails, events
from invitations.actions.books import record_of
from invitations.actions.withdrawing import withdraw
from invitations.models import Invitation, Refusal
from invitations.offers import REMINDED_BEFORE, next_reminder
from organizations.actions.base import action, locked
from organizations.models import Organization

CHUNK = 500


@action
def remind(*, actor: Actor, organization: Organization, batch: UUID) -> bool:
    """Remind those who are due, one chunk of them. Answers whether there are more.

    Whoever was to be reminded while the organization had it switched off, or its inviter's account was closed, or who
    refuses invitations, is not. A day before the end each version is reminded of once, however often it is extended.
    What is offered to the address of somebody who belongs by now is withdrawn.
    """
    act = current_act()
    organization = locked(organization)
    act.batch = batch
    rows = organization.invitations.to_remind(act.now).select_related("invited_by")
    due = list(rows.order_by("remind_at")[: CHUNK + 1])
    chunk = _still_offered(organization, due[:CHUNK], actor)
    wanted = chunk if organization.reminders else []
    refusing = set(_refusing(organization, wanted))
    told = [one for one in wanted if one.email not in refusing and not one.is_in_a_closed_name]
    emails.send_reminders(told)  # named by the moment that they were due at
    ending = {one.pk for one in told if one.expires_at - REMINDED_BEFORE <= act.now}
    Invitation.objects.filter(id__among=ending, status="pending").update(end_reminded_at=act.now)
    later: dict[datetime | None, set[UUID]] = {}
    for one in chunk:
        of_its_end = one.end_reminded_at is None
        moment = next_reminder(one.sent_at, one.expires_at, act.now, of_its_end=of_its_end)
        later.setdefault(moment, set()).add(one.pk)
    for moment, ids in later.items():
        Invitation.objects.filter(id__among=ids, status="pending").update(remind_at=moment)
    for one in told:
        record_of(events.REMINDED, actor, one)
    return len(due) > CHUNK


def _still_offered(organization: Organization, invitations: list[Invitation], actor: Actor) -> list[Invitation]:
    """Those but the ones to addresses that members sign in with by now, which are withdrawn and free their seats."""
    addresses = {one.email for one in invitations}
    if not addresses:
        return []
    members = organization.memberships.filter(user__email__among=addresses)
    belong = set(members.values_list("user__email", flat=True))
    theirs = [one for one in invitations if one.email in belong]
    withdraw(organization, theirs, actor=actor, reason="its address belongs to a member by now")
    return [one for one in invitations if one.email not in belong]


def _refusing(organization: Organization, invitations: list[Invitation]) -> list[str]:
    addresses = {one.email for one in invitations}
    if not addresses:
        return []
    rows = Refusal.objects.against(organization).filter(email__among=addresses)
    return list(rows.values_list("email", flat=True))
