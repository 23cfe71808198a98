"""Letting offers stand for longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from audit.actions import current_act
from audit.actors import Actor
from invitations import events, policies
from invitations.actions.books import alike, record_of, reloaded, turn
from invitations.models import Invitation, InvitationStatus
from invitations.offers import next_reminder, open_until
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.models import Organization


@action
def extend(
    *, actor: Actor, organization: Organization, invitations: Sequence[Invitation], days: int
) -> Outcome[Invitation]:
    """Let these offers stand for so many days from now (1 to 30); their links stay the same. Raises `days`."""
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_last(days).demand()
    outcome: Outcome[Invitation] = Outcome()
    for invitation in reloaded(organization, invitations):
        until = open_until(act.now + timedelta(days=days), invitation.access_ends_at)
        if not (decision := policies.may_extend(actor, invitation, until, act.now)):
            outcome.pass_over(invitation.email, decision.reason, decision.code)
            continue
        before = {"expires_at": str(invitation.expires_at)}
        invitation.expires_at = until
        of_its_end = invitation.end_reminded_at is None
        after = _before_what_is_due(invitation, act.now)
        invitation.remind_at = next_reminder(invitation.sent_at, until, after, of_its_end=of_its_end)
        record_of(events.EXTENDED, actor, invitation, before=before, after={"expires_at": str(until)})
        outcome.done.append(invitation)
    for ends, remind, rows in alike(outcome.done):
        turn(rows, InvitationStatus.PENDING, expires_at=ends, remind_at=remind)
    return outcome


def _before_what_is_due(invitation: Invitation, now: datetime) -> datetime:
    """The moment after which reminders are still to come: one that is due and has not gone out yet is among them."""
    due = invitation.remind_at
    return due - timedelta(microseconds=1) if due and due <= now else now
