"""What an actor holds, and what they may give."""

from __future__ import annotations

from audit.actors import Actor, ActorKind
from organizations.models import Organization, Role
from organizations.permissions import covers
from organizations.policies.decisions import YES, Decision, no
from organizations.schemes import OwnerRule


def holds(actor: Actor, permission: str) -> Decision:
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
