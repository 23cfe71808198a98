"""Who may do what, and why not. Policies take loaded objects, the actor and the time; they read and write nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError

from audit.actors import Actor, ActorKind
from organizations.models import Membership, Organization, Role
from organizations.permissions import covers
from organizations.schemes import OwnerRule


@dataclass(frozen=True)
class Decision:
    """Truthy, or falsy with a reason in a sentence for the person who will read it."""

    allowed: bool
    reason: str = ""
    code: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def enforce(self) -> None:
        """Raise PermissionDenied with the reason where this is a no."""
        if not self.allowed:
            raise PermissionDenied(self.reason)

    def demand(self) -> None:
        """Raise ValidationError with reason and code where this is a no that the person can mend."""
        if not self.allowed:
            raise ValidationError(self.reason, code=self.code)


YES = Decision(True)


def no(reason: str, code: str = "not_allowed") -> Decision:
    return Decision(False, reason, code)


def may(actor: Actor, permission: str) -> Decision:
    """Whether the actor holds the permission in the whole organization."""
    if actor.kind in (ActorKind.STAFF, ActorKind.SYSTEM) or permission in actor.grants:
        return YES
    return no(f"Your role does not include {permission}.")


def may_give(actor: Actor, role: Role, organization: Organization) -> Decision:
    """Whether the actor may give this role to somebody: nobody gives what they do not hold."""
    if role.owns and organization.rules.owner_rule is OwnerRule.EXACTLY_ONE:
        return no("Ownership moves only by a transfer.")
    if actor.kind in (ActorKind.STAFF, ActorKind.SYSTEM):
        return YES
    if role.owns and not actor.owns:
        return no(f"Only an {organization.rules.owner.label.lower()} can make another one.")
    if not covers(actor.grants, role.grants):
        return no(f"{role.label} may do more than you may.")
    return YES


def may_leave(actor: Actor, membership: Membership, other_owners: int) -> Decision:
    """Whether a person may leave: it must be their own membership, and not the last one that owns."""
    if actor.membership_id != membership.pk:
        return no("You can only leave for yourself.")
    if actor.owns and not other_owners:
        return no(f"You are the last owner of {membership.organization}. Make someone else an owner first.")
    return YES


def has_seats(organization: Organization, wanted: int) -> Decision:
    """Whether that many seats are free. Taken seats are kept under the organization's lock."""
    free = organization.seats_free
    if free is None or wanted <= free:
        return YES
    left = f"Only {free} of the {wanted} seats needed are free" if free else "No seat is free"
    mend = "Revoke an invitation, or ask the people who run Roster for more."
    return no(f"{left}: {organization} has {organization.seat_limit}. {mend}", "no_seat")


def may_set_seats(actor: Actor) -> Decision:
    return YES if actor.kind is ActorKind.STAFF else no("Only staff change seats.")
