"""Sending an offer again, with a new link."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from audit.actions import current_act
from audit.actors import Actor
from invitations import emails, events, policies
from invitations.actions.books import alike, record_of, reloaded, turn
from invitations.against import INVITED, what_stands_against
from invitations.limits import limited
from invitations.models import Invitation, InvitationStatus
from invitations.offers import next_reminder, open_until
from invitations.sorting import TOO_OFTEN
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.models import Organization
from organizations.policies import YES, Decision, no


def _addresses(arguments: dict[str, Any]) -> Collection[str]:
    return {one.email for one in arguments["invitations"]}


@limited(_addresses)
@action
def resend(
    *,
    actor: Actor,
    organization: Organization,
    invitations: Sequence[Invitation],
    too_often: Collection[str] = (),
) -> Outcome[Invitation]:
    """Send new links; the older ones say so. The offers are open for as long as they first were.

    One that expired is open again, where a seat is free; one that was sent again since it was read is left as it is.
    Raises ValidationError (`limit`).
    """
    seen = {one.pk: one.version for one in invitations}
    return _resend(actor, organization, invitations, too_often, lambda one: one.version != seen[one.pk])


@action
def resend_chosen(
    *,
    actor: Actor,
    organization: Organization,
    invitations: Sequence[Invitation],
    too_often: Collection[str],
    since: datetime,
) -> Outcome[Invitation]:
    """The same for a part of many: their limits were counted when the work began, outside of any transaction.

    `since` is when somebody saw what they chose: one that was sent again after that is left as it is.
    """
    return _resend(actor, organization, invitations, too_often, lambda one: one.sent_at > since)


def _resend(
    actor: Actor,
    organization: Organization,
    invitations: Sequence[Invitation],
    too_often: Collection[str],
    is_newer: Callable[[Invitation], bool],
) -> Outcome[Invitation]:
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Invitation] = Outcome()
    rows = reloaded(organization, invitations)
    against = what_stands_against(organization, rows)
    before: dict[Any, dict[str, Any]] = {}
    for invitation in rows:
        decision = (
            policies.may_resend(actor, invitation, act.now)
            and _as_seen(invitation, is_newer(invitation))
            and against.get(invitation.email, YES)
            and _not_too_often(invitation, too_often)
        )
        if not decision:
            outcome.pass_over(invitation.email, decision.reason, decision.code)
            continue
        before[invitation.pk] = {"version": invitation.version, "expires_at": str(invitation.expires_at)}
        if invitation.status == InvitationStatus.EXPIRED:
            before[invitation.pk]["status"] = InvitationStatus.EXPIRED.value
            organization.count_offers(invitation.role_id, 1)
            against[invitation.email] = INVITED
        _renew(invitation, actor)
        outcome.done.append(invitation)
    _save_renewed(outcome.done)
    for invitation in outcome.done:
        organization.settle_by(invitation.expires_at)
        after = {"version": invitation.version, "expires_at": str(invitation.expires_at)}
        after |= {"status": InvitationStatus.PENDING.value} if "status" in before[invitation.pk] else {}
        record_of(events.RESENT, actor, invitation, before=before[invitation.pk], after=after)
    organization.save_counters()
    emails.send_links(outcome.done)
    return outcome


def _renew(invitation: Invitation, actor: Actor) -> None:
    """The next version of it, from now on."""
    now = current_act().now
    invitation.version += 1
    invitation.sent_at, invitation.asked_at, invitation.status = now, None, InvitationStatus.PENDING
    invitation.mail_failed_at = invitation.end_reminded_at = None
    invitation.expires_at = open_until(now + timedelta(days=invitation.days), invitation.access_ends_at)
    invitation.remind_at = next_reminder(now, invitation.expires_at, now)
    invitation.invited_by_id, invitation.inviter_label = actor.id, actor.label


def _save_renewed(invitations: Sequence[Invitation]) -> None:
    for ends, remind, rows in alike(invitations):
        turn(
            rows,
            InvitationStatus.PENDING,
            of=(InvitationStatus.PENDING, InvitationStatus.EXPIRED),
            version=F("version") + 1,
            sent_at=rows[0].sent_at,
            asked_at=None,
            mail_failed_at=None,
            end_reminded_at=None,
            expires_at=ends,
            remind_at=remind,
            invited_by=rows[0].invited_by_id,
            inviter_label=rows[0].inviter_label,
        )


def _as_seen(invitation: Invitation, is_newer: bool) -> Decision:
    """A button that is pressed twice, by one person or by two, mails once."""
    if is_newer:
        return no(f"A newer link is on its way to {invitation.email} already.", "changed")
    return YES


def _not_too_often(invitation: Invitation, too_often: Collection[str]) -> Decision:
    if invitation.email in too_often:
        return no(TOO_OFTEN, "too_often")
    return YES
