"""Who may design roles."""

from __future__ import annotations

from collections.abc import Iterable

from audit.actors import Actor
from organizations.models import GroupPlace, Organization, Role
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import holds, may_give_there, may_grant, may_put_into_role


def may_create_role(actor: Actor, organization: Organization, grants: frozenset[str]) -> Decision:
    return holds(actor, "roles.create") and may_put_into_role(actor, grants, organization.rules)


def may_open_for_edit(actor: Actor, role: Role) -> Decision:
    """Whether the actor may change this role at all: a custom one that grants nothing the actor lacks."""
    if not (held := holds(actor, "roles.update")):
        return held
    if not role.is_custom:
        return no(f"{role.label} is built in and stays as it is. Clone it to make a role of your own.", "built_in")
    return may_grant(actor, role.grant_set, f"{role.label} may do more than you may, so you cannot change it.")


def may_edit_role(
    actor: Actor,
    role: Role,
    organization: Organization,
    grants: frozenset[str],
    *,
    same_mark: bool,
    held_by_actor: bool,
    places: Iterable[GroupPlace],
) -> Decision:
    """Whether the actor may give this role these grants. Editing a role that is held counts as assigning it.

    `same_mark`: it stays elevated or not, as it was; nobody takes themselves out of the reviews. `places`: those of its
    holders in groups, one of each kind.
    """
    if not (opened := may_open_for_edit(actor, role)):
        return opened
    if grants == role.grant_set and same_mark:
        return YES
    if held_by_actor:
        return no("You hold this role, and nobody changes their own. Ask someone else who may.", "own_role")
    return may_put_into_role(actor, grants, organization.rules) and may_give_there(actor, grants, places)


def may_clone_role(actor: Actor, role: Role) -> Decision:
    """Whether the actor may start a role of their own from this one; what they lack is left out of it."""
    return holds(actor, "roles.create") and holds(actor, "roles.read")


def may_delete_role(actor: Actor, role: Role, *, held_by_actor: bool) -> Decision:
    if not (held := holds(actor, "roles.delete")):
        return held
    if not role.is_custom:
        return no(f"{role.label} is built in and cannot be deleted.", "built_in")
    if held_by_actor:
        return no("You hold this role, and nobody changes their own. Ask someone else who may.", "own_role")
    return may_grant(actor, role.grant_set, f"{role.label} may do more than you may, so you cannot delete it.")
