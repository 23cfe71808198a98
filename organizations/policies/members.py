"""Who may change whose membership."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from audit.actors import Actor, ActorKind
from organizations.models import GroupPlace, Membership, MembershipStatus, Organization, Role
from organizations.permissions import covers
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import acts_as_owner, holds, may_give, may_give_there
from organizations.schemes import OwnerRule

FURTHEST = timedelta(days=36_525)  # to the end of access: a later one would be a mistake, or mischief
OWN_ROLE = no("Nobody changes their own role. Ask someone else who may.", "own_role")


def may_leave(actor: Actor, membership: Membership, other_owners: int) -> Decision:
    """Whether a person may leave: it must be their own membership, and not the last one that owns."""
    if actor.membership_id != membership.pk:
        return no("You can only leave for yourself.")
    if not membership.owns:
        return YES
    if membership.organization.rules.owner_rule is OwnerRule.EXACTLY_ONE:
        return no(f"You own {membership.organization}. Hand it on to someone else first.", "last_owner")
    if not other_owners:
        return no(
            f"You are the last owner of {membership.organization}. Make someone else an owner first.", "last_owner"
        )
    return YES


def may_touch(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor stands at least as high as this person: nobody touches a superior, equals may."""
    if actor.kind in (ActorKind.STAFF, ActorKind.SYSTEM):
        return YES
    if membership.owns and not acts_as_owner(actor):
        return no(f"{membership.label} owns {membership.organization}. Only an owner can change that.", "superior")
    if membership.role is not None and not covers(actor.grants, membership.role.grant_set):
        return no(f"{membership.label} may do more than you may.", "superior")
    return YES


def owner_stays(membership: Membership, other_owners: int) -> Decision:
    """Whether the organization keeps an owner when this person no longer is one here."""
    if not membership.owns:
        return YES
    organization = membership.organization
    if organization.rules.owner_rule is OwnerRule.EXACTLY_ONE:
        return no(f"{membership.label} owns {organization}. Ownership moves only by a transfer.", "transfer_only")
    if not other_owners:
        return no(
            f"{membership.label} is the last owner of {organization}. Make someone else an owner first.", "last_owner"
        )
    return YES


def may_change_role(
    actor: Actor,
    membership: Membership,
    role: Role | None,
    *,
    other_owners: int,
    places: Sequence[GroupPlace],
    at: datetime,
) -> Decision:
    """Whether the actor may give this person that role, or with None take theirs away.

    `other_owners`: how many owners there are besides this person. `places`: this person's in groups.
    """
    if not (held := holds(actor, "roles.assign")):
        return held
    if is_oneself(actor, membership):
        return OWN_ROLE
    if not (touch := may_touch(actor, membership)):
        return touch
    if not (stays := owner_stays(membership, other_owners)):
        return stays
    if membership.role is not None and not membership.role.by_hand and actor.kind is not ActorKind.TOKEN:
        return no(f"{membership.label} is {membership.role.label}, which is not given or taken by hand.", "not_by_hand")
    if role is None:
        return YES
    organization = membership.organization
    if not (give := may_give(actor, role, organization)):
        return give
    if role.owns and not (able := may_own(membership, at)):
        return able
    if not (there := may_give_there(actor, role.grant_set, places)):
        return there
    if any(place.curates for place in places) and role.key == organization.rules.instead_of_key and not role.is_custom:
        return no(
            f"{membership.label} curates a group, which needs another role. Take that place away first.", "curates"
        )
    return YES


def may_own(membership: Membership, at: datetime) -> Decision:
    """Whether this person can be an owner: someone who can act, with no end in sight."""
    label, organization = membership.label, membership.organization
    if not membership.is_active_at(at):
        return no(f"{label} is not active in {organization}. Reactivate their access first.", "not_active")
    if membership.ends_at is not None:
        return no(f"{label}'s access to {organization} ends on a set day. Remove the end first.", "ends")
    if not membership.user.is_active:
        return no(f"{label}'s account is not active. Ask the people who run Roster.", "not_active")
    if not membership.meets_two_factor:
        return no(f"{label} has no second factor, which {organization} requires.", "two_factor")
    return YES


def may_deactivate(actor: Actor, membership: Membership, other_owners: int) -> Decision:
    if not (held := holds(actor, "members.update")):
        return held
    if is_oneself(actor, membership):
        return no("You cannot deactivate yourself. You can leave instead.", "oneself")
    return may_touch(actor, membership) and owner_stays(membership, other_owners)


def may_reactivate(actor: Actor, membership: Membership, at: datetime) -> Decision:
    """Reactivating gives back what the role grants, so it needs to hold that; of groups, see `may_give_back`."""
    if not (held := holds(actor, "members.update")):
        return held
    if membership.status == MembershipStatus.DEACTIVATED and membership.ends_at and membership.ends_at <= at:
        return no(f"The access of {membership.label} has ended. Set a later end or none first.", "ended")
    return may_touch(actor, membership)


def may_give_back(actor: Actor, membership: Membership, place: GroupPlace) -> Decision:
    """Whether this place in a group comes back with the person's access: what their role grants there is given anew."""
    grants = membership.role.grant_set if membership.role else frozenset()
    return may_give_there(actor, grants, [place])


def may_edit_details(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may change what the organization keeps about this person: everyone their own."""
    if is_oneself(actor, membership):
        return YES
    return holds(actor, "members.update") and may_touch(actor, membership)


def may_set_end(actor: Actor, membership: Membership, ends_at: datetime | None, at: datetime) -> Decision:
    """Whether the actor may say when this person's access ends, or with None that it does not."""
    if not (held := holds(actor, "members.update")):
        return held
    if is_oneself(actor, membership):
        return no("Nobody sets when their own access ends. Ask someone else who may.", "own_end")
    if not (touch := may_touch(actor, membership)):
        return touch
    if ends_at is None:
        return YES
    if membership.owns:
        return no(f"{membership.label} owns {membership.organization}, and an owner's access has no end.", "owner")
    if ends_at <= at:
        return no("That day is past. Choose one that is to come, or deactivate the person.", "past")
    if ends_at - at > FURTHEST:
        return no("Choose a day within the next hundred years, or none.", "too_far")
    return YES


def still_here(people: Sequence[Membership]) -> Decision:
    """Whether the person whom it is about still belongs to the organization."""
    return YES if people else no("This person no longer belongs here.", "gone")


def may_remove(actor: Actor, membership: Membership, other_owners: int) -> Decision:
    if not (held := holds(actor, "members.delete")):
        return held
    if is_oneself(actor, membership):
        return no("You cannot remove yourself. You can leave instead.", "oneself")
    return may_touch(actor, membership) and owner_stays(membership, other_owners)


def standing(membership: Membership, at: datetime) -> Decision:
    """Whether the membership can grant anything at that time; the reason is written for its person."""
    organization: Organization = membership.organization
    if not membership.is_active_at(at):
        if membership.status == MembershipStatus.DEACTIVATED:
            return no(f"Your access to {organization} was deactivated.", "deactivated")
        return no(f"Your access to {organization} has ended.", "ended")
    if not membership.meets_two_factor:
        return no(f"{organization} requires a second factor. Set one up to go on.", "two_factor")
    if membership.role is None:
        return no(f"You have no role in {organization} yet.", "no_role")
    return YES


def is_oneself(actor: Actor, membership: Membership) -> bool:
    return actor.kind is ActorKind.MEMBER and actor.id == membership.user_id
