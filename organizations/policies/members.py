"""Who may change whose membership."""

from __future__ import annotations

from audit.actors import Actor
from organizations.models import Membership
from organizations.policies.decisions import YES, Decision, no


def may_leave(actor: Actor, membership: Membership, other_owners: int) -> Decision:
    """Whether a person may leave: it must be their own membership, and not the last one that owns."""
    if actor.membership_id != membership.pk:
        return no("You can only leave for yourself.")
    if actor.owns and not other_owners:
        return no(f"You are the last owner of {membership.organization}. Make someone else an owner first.")
    return YES
