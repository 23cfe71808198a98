"""Who may hand an organization on, and who may take it."""

from __future__ import annotations

from datetime import datetime

from audit.actors import Actor, ActorKind
from organizations.models import Membership, Organization, OwnershipTransfer
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import acts_as_owner, holds
from organizations.policies.members import may_own
from organizations.schemes import OwnerRule, OwnershipMove


def may_transfer(actor: Actor, organization: Organization, membership: Membership, at: datetime) -> Decision:
    """Whether the actor may hand the organization to this person."""
    if organization.rules.owner_rule is not OwnerRule.EXACTLY_ONE:
        return no(f"{organization} may have several owners. Give the role to the person instead.", "several_owners")
    if actor.kind is not ActorKind.MEMBER or not actor.owns:
        return no(f"Only the owner can hand {organization} on.", "owners_alone")
    if not (held := holds(actor, "ownership.transfer")):
        return held
    if actor.id == membership.user_id:
        return no(f"You own {organization} already.", "own_role")
    if membership.role is not None and not membership.role.by_hand:
        return no(f"{membership.label} is {membership.role.label}, which is not taken by hand.", "not_by_hand")
    if organization.rules.moves is OwnershipMove.OFFER and not _opens_pages(membership):
        return no(
            f"{membership.label} could not answer: nothing in {organization} opens without a role that includes "
            "organization.read. Give one first.",
            "no_pages",
        )
    return may_own(membership, at)


def may_answer_transfer(actor: Actor, transfer: OwnershipTransfer, at: datetime) -> Decision:
    """Whether the offer is the actor's to accept or refuse, and still open."""
    if actor.kind is not ActorKind.MEMBER or actor.id is None or actor.id != transfer.to_user_id:
        return no(f"This was offered to {transfer.to_label}. Only that person can answer.", "other_person")
    return _is_open(transfer, at)


def may_withdraw_transfer(actor: Actor, transfer: OwnershipTransfer, at: datetime) -> Decision:
    if actor.kind is not ActorKind.STAFF and not acts_as_owner(actor):
        return no("Only the owner can withdraw this offer.", "owners_alone")
    return _is_open(transfer, at)


def may_appoint_owner(actor: Actor, membership: Membership, at: datetime) -> Decision:
    """Staff put someone in charge, such as where the owner is gone."""
    if actor.kind is not ActorKind.STAFF:
        return no("Only staff appoint an owner.")
    if membership.role is not None and not membership.role.by_hand:
        return no(f"{membership.label} is {membership.role.label}, which is not taken by hand.", "not_by_hand")
    return may_own(membership, at)


def _opens_pages(membership: Membership) -> bool:
    role = membership.role
    return role is not None and role.signs_in and "organization.read" in role.grant_set


def _is_open(transfer: OwnershipTransfer, at: datetime) -> Decision:
    organization = transfer.organization
    if organization.rules.owner_rule is not OwnerRule.EXACTLY_ONE:
        return no(f"{organization} may have several owners now. Ask one of them to make another.", "not_open")
    if transfer.is_open_at(at):
        return YES
    said = "has expired" if transfer.status == "pending" else f"is {transfer.get_status_display().lower()}"
    return no(f"The offer to own {transfer.organization} {said}. It can be made again.", "not_open")
