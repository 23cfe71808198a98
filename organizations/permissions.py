"""The catalogue: what a permission and a grant are, and what Roster itself guards with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """How far a grant reaches."""

    ORGANIZATION = "organization"
    GROUPS = "groups"
    CURATED = "curated"


@dataclass(frozen=True, order=True)
class Grant:
    """A permission with its scope. As text: `members.read`, `documents.update@groups`, `documents.update@curated`."""

    permission: str
    scope: Scope = Scope.ORGANIZATION

    @classmethod
    def parse(cls, text: str) -> Grant:
        permission, _, scope = text.partition("@")
        return cls(permission, Scope(scope) if scope else Scope.ORGANIZATION)

    def __str__(self) -> str:
        return self.permission if self.scope is Scope.ORGANIZATION else f"{self.permission}@{self.scope}"


@dataclass(frozen=True)
class Resource:
    """A kind of thing that can be granted, with the actions it knows."""

    key: str
    label: str
    actions: tuple[str, ...]

    def permissions(self) -> list[str]:
        return [f"{self.key}.{action}" for action in self.actions]


CRUD = ("create", "read", "update", "delete")

# What Roster itself guards. A scheme's own resources stand beside these.
OWN_RESOURCES = (
    Resource("organization", "Organization", ("read", "update", "delete")),
    Resource("members", "Members", ("read", "update", "delete")),
    Resource("invitations", "Invitations", CRUD),
    Resource("roles", "Roles", (*CRUD, "assign")),
    Resource("groups", "Groups", CRUD),
    Resource("domains", "Domains", CRUD),
    Resource("audit_log", "Audit log", ("read", "export")),
    Resource("managed_organizations", "Managed organizations", CRUD),
    Resource("provisioning", "Provisioning", CRUD),
    Resource("api_keys", "API keys", CRUD),
    Resource("ownership", "Ownership", ("transfer",)),
)


def covers(held: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether `held` grants reach at least as far as `wanted`: the whole organization includes every group in it."""
    held = frozenset(held)
    return all(grant in held or grant.partition("@")[0] in held for grant in wanted)
