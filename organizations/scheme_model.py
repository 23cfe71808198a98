"""What a role scheme says: its resources, its built-in roles, who owns and how ownership moves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from organizations.permissions import Resource


class OwnerRule(StrEnum):
    EXACTLY_ONE = "exactly-one"
    AT_LEAST_ONE = "at-least-one"


class OwnershipMove(StrEnum):
    """How ownership moves where there is exactly one owner: to a member who accepts it, or at once."""

    OFFER = "offer"
    IMMEDIATE = "immediate"


@dataclass(frozen=True)
class BuiltinRole:
    """A role as its scheme declares it. `rank` counts from 0, the narrowest.

    Nobody gives a `reserved` or `system_managed` role by hand. Without `signs_in` a holder may not use the browser,
    without `takes_seat` a holder takes none.
    """

    key: str
    label: str
    description: str
    caution: str
    elevated: bool
    reserved: bool
    system_managed: bool
    signs_in: bool
    takes_seat: bool
    rank: int
    grants: frozenset[str]


@dataclass(frozen=True)
class Scheme:
    """A role scheme as its file declares it.

    `moves` and `former_owner_key` (the role that a former owner gets) are given under `exactly-one` alone. Whoever is
    made curator of a group while in the role `instead_of_key` gets `curator_key`, and the former back with the last
    group. `production` names the permissions that need the organization's production approval, `path` the
    file that declares all this.
    """

    key: str
    label: str
    description: str
    resources: tuple[Resource, ...]
    roles: tuple[BuiltinRole, ...]
    owner_key: str
    owner_rule: OwnerRule
    recommended_owners: int
    moves: OwnershipMove | None
    former_owner_key: str | None
    curator_key: str | None
    instead_of_key: str | None
    production: frozenset[str]
    path: Path

    @cached_property
    def permissions(self) -> tuple[str, ...]:
        return tuple(permission for resource in self.resources for permission in resource.permissions())

    @cached_property
    def permission_set(self) -> frozenset[str]:
        return frozenset(self.permissions)

    @cached_property
    def by_key(self) -> dict[str, BuiltinRole]:
        return {role.key: role for role in self.roles}

    @property
    def owner(self) -> BuiltinRole:
        return self.by_key[self.owner_key]

    def knows(self, permission: str) -> bool:
        return permission in self.permission_set

    def resource_of(self, permission: str) -> Resource | None:
        """The resource that the permission is about, None where this scheme knows no such permission."""
        return self._resources.get(permission)

    @cached_property
    def _resources(self) -> dict[str, Resource]:
        return {permission: resource for resource in self.resources for permission in resource.permissions()}
