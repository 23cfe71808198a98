"""Who may arrange groups, and put whom into them."""

from __future__ import annotations

from audit.actors import Actor
from organizations.models import Group, Membership, Role
from organizations.policies.decisions import Decision
from organizations.policies.grants import holds, holds_in, may_give
from organizations.policies.members import OWN_ROLE, is_oneself, may_touch


def may_create_group(actor: Actor) -> Decision:
    return holds(actor, "groups.create")


def may_edit_group(actor: Actor, group: Group) -> Decision:
    """Its name and who belongs to it."""
    return holds(actor, "groups.update", group)


def may_delete_group(actor: Actor, group: Group) -> Decision:
    return holds(actor, "groups.delete", group)


def may_set_curators(actor: Actor, group: Group) -> Decision:
    return holds(actor, "groups.curators", group)


def may_put_into_group(actor: Actor, group: Group, membership: Membership) -> Decision:
    """A place in a group makes the person's grants by group reach it: nobody gives what they do not hold there."""
    if not (edit := may_edit_group(actor, group)):
        return edit
    return holds_in(actor, _grants(membership.role), group, curating=False)


def may_take_out_of_group(actor: Actor, group: Group, membership: Membership, *, lowers: bool) -> Decision:
    """`lowers`: the person's role goes with the place."""
    if not (edit := may_edit_group(actor, group)):
        return edit
    return may_alter(actor, membership) if lowers else may_touch(actor, membership)


def may_make_curator(actor: Actor, group: Group, membership: Membership, role: Role | None) -> Decision:
    """`role` is the one that the place brings to this person; None where it changes nothing of their role."""
    if not (curators := may_set_curators(actor, group)):
        return curators
    if role is not None and not (lift := may_alter(actor, membership) and may_give(actor, role, group.organization)):
        return lift
    return holds_in(actor, _grants(role or membership.role), group, curating=True)


def may_unmake_curator(actor: Actor, group: Group, membership: Membership, *, lowers: bool) -> Decision:
    """`lowers`: the person's role goes with the place."""
    if not (curators := may_set_curators(actor, group)):
        return curators
    return may_alter(actor, membership) if lowers else may_touch(actor, membership)


def may_alter(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may change the role of this person by a place in a group: nobody their own or a superior's."""
    return OWN_ROLE if is_oneself(actor, membership) else may_touch(actor, membership)


def _grants(role: Role | None) -> frozenset[str]:
    return role.grant_set if role else frozenset()
