"""Making an offer of membership: to one address or to many, again, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from accounts.addresses import normalise
from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from invitations import emails, events, policies
from invitations.models import Invitation, InvitationStatus
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import MOST_AT_ONCE, Outcome
from organizations.models import Organization, Role
from organizations.policies import has_seats


@action
def invite(
    *,
    actor: Actor,
    organization: Organization,
    addresses: Sequence[str],
    role: Role,
    days: int,
    access_ends_at: datetime | None = None,
) -> Outcome[Invitation]:
    """Invite these addresses to the role; each is an offer of its own, open for `days` (1 to 30).

    `access_ends_at`: when the access ends that is offered, and with it the offer. Whoever belongs already or is invited
    already is passed over. Raises ValidationError (`too_many`, `days`, `unknown_role`, `no_seat`, and of the field
    `access_ends_at` `past`, `owner`) where nobody can be invited, and PermissionDenied.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    if len(addresses) > MOST_AT_ONCE:
        message = f"At most {MOST_AT_ONCE} at a time; these are {len(addresses)}. Send them in parts."
        raise ValidationError(message, code="too_many")
    if not 1 <= days <= 30:
        message = "An invitation is open for 1 to 30 days."
        raise ValidationError(message, code="days")
    if (found := Role.objects.of(organization).filter(pk=role.pk).first()) is None:
        message = "This role no longer exists. Choose another one."
        raise ValidationError(message, code="unknown_role")
    policies.may_invite(actor, organization, found).enforce()
    if not (ends := policies.may_end(found, access_ends_at, act.now)):
        raise ValidationError({"access_ends_at": ValidationError(ends.reason, code=ends.code)})
    expires_at = _open_until(act.now + timedelta(days=days), access_ends_at)
    outcome: Outcome[Invitation] = Outcome()
    ready = _ready(organization, addresses, outcome)
    has_seats(organization, len(ready)).demand()
    for address in ready:
        outcome.done.append(
            Invitation(
                organization=organization,
                email=address,
                role=found,
                invited_by_id=actor.id,
                inviter_label=actor.label,
                created_at=act.now,
                sent_at=act.now,
                expires_at=expires_at,
                access_ends_at=access_ends_at,
            )
        )
    if not outcome.done:
        return outcome
    Invitation.objects.bulk_create(outcome.done, batch_size=500)
    organization.count_offers(found.pk, len(outcome.done))
    organization.settle_by(expires_at)
    organization.save_counters()
    for invitation in outcome.done:
        after = {"role": found.label, "expires_at": str(expires_at)}
        if access_ends_at:
            after["access_ends_at"] = str(access_ends_at)
        record_of(events.SENT, actor, invitation, after=after)
    emails.send_links(outcome.done)
    return outcome


@action
def resend(*, actor: Actor, organization: Organization, invitations: Sequence[Invitation]) -> Outcome[Invitation]:
    """Send new links; the older ones say so. The offers are open for as long as they first were."""
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Invitation] = Outcome()
    for invitation in reloaded(organization, invitations):
        decision = policies.may_resend(actor, invitation, act.now)
        if not decision:
            outcome.pass_over(invitation.email, decision.reason)
            continue
        length = invitation.expires_at - invitation.sent_at
        before = {"version": invitation.version, "expires_at": str(invitation.expires_at)}
        invitation.version += 1
        invitation.sent_at = act.now
        invitation.expires_at = _open_until(act.now + length, invitation.access_ends_at)
        invitation.invited_by_id, invitation.inviter_label = actor.id, actor.label
        invitation.save(update_fields=["version", "sent_at", "expires_at", "invited_by", "inviter_label"])
        after = {"version": invitation.version, "expires_at": str(invitation.expires_at)}
        record_of(events.RESENT, actor, invitation, before=before, after=after)
        outcome.done.append(invitation)
    emails.send_links(outcome.done)
    return outcome


@action
def revoke(*, actor: Actor, organization: Organization, invitations: Sequence[Invitation]) -> Outcome[Invitation]:
    """Withdraw offers that are still open, and free the seats that they reserved."""
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Invitation] = Outcome()
    for invitation in reloaded(organization, invitations):
        decision = policies.may_revoke(actor, invitation, act.now)
        if decision:
            outcome.done.append(invitation)
        elif invitation.status != InvitationStatus.REVOKED:
            outcome.pass_over(invitation.email, decision.reason)
    withdraw(organization, outcome.done, actor=actor)
    return outcome


def withdraw(organization: Organization, invitations: Sequence[Invitation], *, actor: Actor, reason: str = "") -> None:
    """Revoke pending invitations of the locked organization, with their events; for actions that have asked already."""
    if not invitations:
        return
    act = current_act()
    Invitation.objects.filter(pk__in=[one.pk for one in invitations], status=InvitationStatus.PENDING).update(
        status=InvitationStatus.REVOKED, answered_at=act.now
    )
    for invitation in invitations:
        organization.count_offers(invitation.role_id, -1)
        after = {"status": InvitationStatus.REVOKED.value} | ({"reason": reason} if reason else {})
        record_of(events.REVOKED, actor, invitation, before={"status": InvitationStatus.PENDING.value}, after=after)
    organization.save_counters()


def _open_until(wanted: datetime, access_ends_at: datetime | None) -> datetime:
    """An offer keeps no seat for access that would have ended."""
    return wanted if access_ends_at is None else min(wanted, access_ends_at)


def _ready(organization: Organization, addresses: Sequence[str], outcome: Outcome[Invitation]) -> list[str]:
    """The addresses that can be invited, spelled as they are stored, once each; the others are passed over."""
    spelled: dict[str, str] = {}
    for address in addresses:
        try:
            spelled.setdefault(normalise(address), address)
        except ValidationError as mistake:
            outcome.pass_over(address, mistake.messages[0])
    members = set(organization.memberships.filter(user__email__in=spelled).values_list("user__email", flat=True))
    invited = set(
        organization.invitations.filter(email__in=spelled, status=InvitationStatus.PENDING).values_list(
            "email", flat=True
        )
    )
    for address in spelled:
        if address in members:
            outcome.pass_over(address, f"This person belongs to {organization} already.")
        elif address in invited:
            outcome.pass_over(address, "There is an open invitation already. Send that one again instead.")
    return [address for address in spelled if address not in members | invited]


def reloaded(organization: Organization, invitations: Sequence[Invitation]) -> list[Invitation]:
    """These invitations as they stand under the lock, those of this organization only."""
    found = list(
        organization.invitations.filter(pk__in=[one.pk for one in invitations]).select_related("role").order_by("id")
    )
    for invitation in found:
        invitation.organization = organization
    return found


def record_of(kind: EventKind, actor: Actor, invitation: Invitation, **changes: dict[str, Any]) -> None:
    record(
        kind,
        actor=actor,
        chain=invitation.organization_id,
        target_id=invitation.pk,
        target_label=invitation.email,
        **changes,
    )
