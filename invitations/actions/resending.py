"""Sending an offer again, letting it stand for longer, sending it to the right address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F

from accounts.addresses import stored_or_typed
from audit.actions import current_act
from audit.actors import Actor
from invitations import emails, events, policies
from invitations.actions.books import record_of, reloaded
from invitations.actions.making_offers import offer_again
from invitations.actions.withdrawing import withdraw
from invitations.limits import limited
from invitations.models import Invitation, InvitationStatus, Refusal
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

    One that expired is open again, where a seat is free.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Invitation] = Outcome()
    rows = reloaded(organization, invitations)
    unwanted = _unwanted(organization, rows)
    before: dict[Any, dict[str, Any]] = {}
    for invitation in rows:
        decision = (
            policies.may_resend(actor, invitation, act.now)
            and unwanted.get(invitation.email, YES)
            and _not_too_often(invitation, too_often)
        )
        if not decision:
            outcome.pass_over(invitation.email, decision.reason, decision.code)
            continue
        before[invitation.pk] = {"version": invitation.version, "expires_at": str(invitation.expires_at)}
        if invitation.status == InvitationStatus.EXPIRED:
            before[invitation.pk]["status"] = InvitationStatus.EXPIRED.value
            organization.count_offers(invitation.role_id, 1)
            unwanted[invitation.email] = _INVITED
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
        invitation.remind_at = next_reminder(invitation.sent_at, until, act.now)
        record_of(events.EXTENDED, actor, invitation, before=before, after={"expires_at": str(until)})
        outcome.done.append(invitation)
    for ends, remind, rows in _alike(outcome.done):
        Invitation.objects.filter(id__among={one.pk for one in rows}).update(expires_at=ends, remind_at=remind)
    return outcome


@limited(lambda arguments: {stored_or_typed(arguments["email"])})
@action
def correct_address(
    *,
    actor: Actor,
    organization: Organization,
    invitation: Invitation,
    email: str,
    too_often: Collection[str] = (),
) -> Outcome[Invitation]:
    """Take the offer back and make the same one to another address, in the seat that it had.

    Answers the new one. Raises ValidationError (`gone`, `not_pending`, `limit` or what stands against the address) and
    PermissionDenied.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    found = next(iter(reloaded(organization, [invitation])), None)
    if found is None:
        message = "This invitation no longer exists."
        raise ValidationError(message, code="gone")
    policies.still_open(found, act.now).demand()
    policies.may_correct(actor, found, act.now).enforce()
    withdraw(organization, [found], actor=actor, reason=f"the address was corrected to {email.strip()[:254]}")
    outcome = offer_again(organization, actor, found, email, too_often=too_often)
    if outcome.passed_over:
        problem = outcome.passed_over[0]
        raise ValidationError(problem.reason, code=problem.code)
    return outcome


_INVITED = no("Another invitation to this address is open.", "invited")


def _renew(invitation: Invitation, actor: Actor) -> None:
    """The next version of it, from now on."""
    now = current_act().now
    invitation.version += 1
    invitation.sent_at, invitation.asked_at, invitation.status = now, None, InvitationStatus.PENDING
    invitation.expires_at = open_until(now + timedelta(days=invitation.days), invitation.access_ends_at)
    invitation.remind_at = next_reminder(now, invitation.expires_at, now)
    invitation.invited_by_id, invitation.inviter_label = actor.id, actor.label


def _save_renewed(invitations: Sequence[Invitation]) -> None:
    open_or_expired = (InvitationStatus.PENDING, InvitationStatus.EXPIRED)
    for ends, remind, rows in _alike(invitations):
        changed = Invitation.objects.filter(id__among={one.pk for one in rows}, status__in=open_or_expired).update(
            version=F("version") + 1,
            status=InvitationStatus.PENDING,
            sent_at=rows[0].sent_at,
            asked_at=None,
            expires_at=ends,
            remind_at=remind,
            invited_by=rows[0].invited_by_id,
            inviter_label=rows[0].inviter_label,
        )
        if changed != len(rows):
            message = "Invitations were answered outside the organization's lock."
            raise RuntimeError(message)


def _alike(invitations: Sequence[Invitation]) -> list[tuple[Any, Any, list[Invitation]]]:
    """By end and next reminder: few differ, so that few statements change many."""
    found: dict[tuple[Any, Any], list[Invitation]] = {}
    for one in invitations:
        found.setdefault((one.expires_at, one.remind_at), []).append(one)
    return [(ends, remind, rows) for (ends, remind), rows in found.items()]


def _unwanted(organization: Organization, invitations: Sequence[Invitation]) -> dict[str, Decision]:
    """What stands against mailing these addresses again: they belong, they refuse, another offer is open."""
    if not invitations:
        return {}
    addresses = {one.email for one in invitations}
    refusing = Refusal.objects.against(organization).filter(email__among=addresses).values_list("email", flat=True)
    said = dict.fromkeys(refusing, no("Whoever has this address asked for no more invitations.", "refused"))
    expired = {one.email for one in invitations if one.status == InvitationStatus.EXPIRED}
    if not expired:
        return said
    pending = organization.invitations.filter(email__among=expired, status=InvitationStatus.PENDING)
    said |= dict.fromkeys(pending.values_list("email", flat=True), _INVITED)
    members = organization.memberships.filter(user__email__among=expired).values_list("user__email", flat=True)
    return said | dict.fromkeys(members, no(f"This person belongs to {organization} already.", "member"))


def _not_too_often(invitation: Invitation, too_often: Collection[str]) -> Decision:
    if invitation.email in too_often:
        return no(TOO_OFTEN, "too_often")
    return YES
