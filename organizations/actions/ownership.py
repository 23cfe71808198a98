"""Handing an organization on, where exactly one person may own it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from organizations import events, policies
from organizations.actions.assigning import finish, give_role
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import own_membership, reloaded
from organizations.emails import ownership as emails
from organizations.models import (
    OPEN_FOR,
    Membership,
    Organization,
    OwnershipTransfer,
    Role,
    TransferStatus,
)
from organizations.schemes import OwnerRule, OwnershipMove


@action
def transfer_ownership(*, actor: Actor, membership: Membership) -> OwnershipTransfer:
    """Hand the organization to this person: at once, or as an offer open for 7 days, as its scheme says.

    An offer that was open already is withdrawn. Raises PermissionDenied.
    """
    act = current_act()
    organization = locked(membership.organization_id)
    actor = as_of_now(actor, organization)
    heir = _person(organization, membership)
    policies.may_transfer(actor, organization, heir, act.now).enforce()
    before = organization.transfers.filter(status=TransferStatus.PENDING).first()
    if before is not None:
        if before.to_user_id == heir.user_id:
            return before
        _end(before, TransferStatus.WITHDRAWN, events.OWNERSHIP_WITHDRAWN, actor)
    transfer = OwnershipTransfer(
        organization=organization,
        from_user_id=actor.id,
        to_user_id=heir.user_id,
        from_label=actor.label,
        to_label=heir.label,
        created_at=act.now,
        expires_at=act.now + OPEN_FOR,
    )
    if organization.rules.moves is OwnershipMove.IMMEDIATE:
        _move(transfer, heir, actor=actor)
        return transfer
    transfer.save(force_insert=True)
    organization.settle_by(transfer.expires_at)
    organization.save_counters()
    _record(events.OWNERSHIP_OFFERED, actor, transfer, after={"expires_at": str(transfer.expires_at)})
    emails.send_offer(transfer)
    return transfer


@action
def accept_ownership(*, actor: Actor, transfer: OwnershipTransfer) -> None:
    """Take the organization over; the former owner holds the role that the scheme names from now on.

    Accepting twice changes nothing. Raises ValidationError (`not_open`, or why this person cannot own).
    """
    act = current_act()
    organization = locked(transfer.organization_id)
    actor = as_of_now(actor, organization)
    transfer = _reloaded(organization, transfer)
    if transfer.status == TransferStatus.ACCEPTED and transfer.to_user_id == actor.id:
        return
    policies.may_answer_transfer(actor, transfer, act.now).demand()
    heir = _person(organization, own_membership(organization, actor))
    policies.may_own(heir, act.now).demand()
    _move(transfer, heir, actor=actor)


@action
def refuse_ownership(*, actor: Actor, transfer: OwnershipTransfer) -> None:
    """Leave the organization with its owner. Refusing twice changes nothing."""
    organization = locked(transfer.organization_id)
    actor = as_of_now(actor, organization)
    transfer = _reloaded(organization, transfer)
    if transfer.status == TransferStatus.REFUSED:
        return
    policies.may_answer_transfer(actor, transfer, current_act().now).demand()
    _end(transfer, TransferStatus.REFUSED, events.OWNERSHIP_REFUSED, actor)
    emails.send_refused(transfer)


@action
def withdraw_ownership(*, actor: Actor, transfer: OwnershipTransfer) -> None:
    """Take the offer back. Withdrawing twice changes nothing."""
    organization = locked(transfer.organization_id)
    actor = as_of_now(actor, organization)
    transfer = _reloaded(organization, transfer)
    if transfer.status == TransferStatus.WITHDRAWN:
        return
    policies.may_withdraw_transfer(actor, transfer, current_act().now).demand()
    _end(transfer, TransferStatus.WITHDRAWN, events.OWNERSHIP_WITHDRAWN, actor)
    emails.send_withdrawn(transfer)


@action
def appoint_owner(*, actor: Actor, membership: Membership) -> None:
    """Staff make this person an owner, such as where the owner is gone. Raises PermissionDenied."""
    act = current_act()
    organization = locked(membership.organization_id)
    heir = _person(organization, membership)
    policies.may_appoint_owner(actor, heir, act.now).enforce()
    if heir.owns:
        return
    if organization.rules.owner_rule is OwnerRule.AT_LEAST_ONE:
        give_role(heir, _owner_role(organization), actor=actor)
        finish(organization, [heir], actor=actor)
        return
    before = organization.transfers.filter(status=TransferStatus.PENDING).first()
    if before is not None:
        _end(before, TransferStatus.WITHDRAWN, events.OWNERSHIP_WITHDRAWN, actor)
    transfer = OwnershipTransfer(
        organization=organization, to_user_id=heir.user_id, to_label=heir.label, created_at=act.now, expires_at=act.now
    )
    _move(transfer, heir, actor=actor)


def drop_offers_to(organization: Organization, memberships: Sequence[Membership], *, actor: Actor) -> None:
    """Withdraw an open offer to one of those whose access ends; for actions that end it."""
    if organization.rules.owner_rule is not OwnerRule.EXACTLY_ONE:
        return
    transfer = organization.transfers.filter(status=TransferStatus.PENDING).first()  # there is one at most
    if transfer is not None and transfer.to_user_id in {one.user_id for one in memberships}:
        transfer.organization = organization
        _end(transfer, TransferStatus.WITHDRAWN, events.OWNERSHIP_WITHDRAWN, actor)


def _move(transfer: OwnershipTransfer, heir: Membership, *, actor: Actor) -> None:
    """The former owner steps down before the new one steps up: never two, and never none once it is committed."""
    organization = heir.organization
    former = reloaded(organization, list(organization.memberships.filter(owns=True).exclude(pk=heir.pk)))
    lower = Role.objects.of(organization).get(organization=None, key=organization.rules.former_owner_key)
    for one in former:
        transfer.from_user_id, transfer.from_label = one.user_id, one.label
        give_role(one, lower, actor=actor, reason="ownership moved")
    give_role(heir, _owner_role(organization), actor=actor, reason="ownership moved")
    transfer.status, transfer.answered_at = TransferStatus.ACCEPTED, current_act().now
    transfer.save()
    record(
        events.OWNERSHIP_MOVED,
        actor=actor,
        chain=organization.pk,
        target_id=heir.user_id,
        target_label=heir.label,
    )
    finish(organization, [*former, heir], actor=actor)
    emails.send_moved(transfer)


def _end(transfer: OwnershipTransfer, status: TransferStatus, kind: EventKind, actor: Actor) -> None:
    transfer.status, transfer.answered_at = status, current_act().now
    transfer.save(update_fields=["status", "answered_at"])
    _record(kind, actor, transfer, before={"status": TransferStatus.PENDING.value}, after={"status": status.value})


def _person(organization: Organization, membership: Membership | None) -> Membership:
    people = reloaded(organization, [membership]) if membership else []
    if not people:
        message = f"This person no longer belongs to {organization}."
        raise ValidationError(message, code="gone")
    return people[0]


def _owner_role(organization: Organization) -> Role:
    return Role.objects.of(organization).get(organization=None, key=organization.rules.owner_key)


def _reloaded(organization: Organization, transfer: OwnershipTransfer) -> OwnershipTransfer:
    found: OwnershipTransfer | None = organization.transfers.filter(pk=transfer.pk).first()
    if found is None:
        message = "This offer no longer exists."
        raise ValidationError(message, code="gone")
    found.organization = organization
    return found


def _record(kind: EventKind, actor: Actor, transfer: OwnershipTransfer, **changes: dict[str, object]) -> None:
    record(
        kind,
        actor=actor,
        chain=transfer.organization_id,
        target_id=transfer.to_user_id,
        target_label=transfer.to_label,
        **changes,
    )
