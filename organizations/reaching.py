"""Which roles grant a permission, and how far. Pure: loaded roles in, loaded roles out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from organizations.models import Role
from organizations.permissions import Scope, covers


def roles_granting(roles: Iterable[Role], permission: str) -> dict[Scope, list[Role]]:
    """Those that grant it, each under the widest scope in which it does."""
    found: dict[Scope, list[Role]] = {scope: [] for scope in Scope}
    for role in roles:
        if (scope := scope_of(role.grant_set, permission)) is not None:
            found[scope].append(role)
    return found


def scope_of(grants: frozenset[str], permission: str) -> Scope | None:
    """The widest scope in which these grants hold the permission."""
    for scope in Scope:
        if (permission if scope is Scope.ORGANIZATION else f"{permission}@{scope}") in grants:
            return scope
    return None


def who_has_it(roles: Iterable[Role], permission: str) -> str:
    """A sentence that names the roles which grant it, widest first."""
    found = roles_granting(roles, permission)
    if found[Scope.ORGANIZATION]:
        return _has(found[Scope.ORGANIZATION], "it")
    narrow = [*found[Scope.GROUPS], *found[Scope.CURATED]]
    return _has(narrow, "it in groups") if narrow else "No role here has it."


def roles_that_can_give(roles: Sequence[Role], permission: str, to: Role | None) -> list[Role]:
    """Whose holders can help somebody who lacks the permission: they may give a role that grants it to one in `to`."""
    offered = [role for role in roles_granting(roles, permission)[Scope.ORGANIZATION] if role.by_hand and not role.owns]
    return [
        role
        for role in roles
        if "roles.assign" in role.grant_set
        and (to is None or covers(role.grant_set, to.grant_set))
        and any(covers(role.grant_set, one.grant_set) for one in offered)
    ]


def _has(roles: Sequence[Role], what: str) -> str:
    labels = [role.label for role in reversed(roles)]
    named, more = labels[:5], len(labels) - 5
    if more > 0:
        return f"{', '.join(named)} and {more} more have {what}."
    if len(named) == 1:
        return f"{named[0]} has {what}."
    return f"{', '.join(named[:-1])} and {named[-1]} have {what}."
