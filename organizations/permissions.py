"""The catalogue: what a permission and a grant are, and what Roster itself guards with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


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
    """A kind of thing that can be granted, with the actions it knows. `own` marks what Roster itself guards."""

    key: str
    label: str
    actions: tuple[str, ...]
    description: str = ""
    own: bool = False

    @property
    def verbs(self) -> tuple[str, ...]:
        """The actions beyond create, read, update and delete, as the resource orders them."""
        return tuple(action for action in self.actions if action not in CRUD)

    def permissions(self) -> list[str]:
        return [f"{self.key}.{action}" for action in self.actions]


CRUD = ("create", "read", "update", "delete")


def _own(key: str, label: str, actions: tuple[str, ...], description: str) -> Resource:
    return Resource(key, label, actions, description, own=True)


# What Roster itself guards. A scheme's own resources stand beside these.
OWN_RESOURCES = (
    _own("organization", "Organization", ("read", "update", "delete"), "Its front page, its settings, its deletion."),
    _own(
        "members", "Members", ("read", "update", "delete"), "Who belongs, their roles and details, and removing them."
    ),
    _own("invitations", "Invitations", CRUD, "Offers to join that are not answered yet."),
    _own("roles", "Roles", (*CRUD, "assign"), "What each role may do, and who is given which."),
    _own("groups", "Groups", (*CRUD, "curators"), "Groups, their members and those who curate them."),
    _own("domains", "Domains", CRUD, "Email domains whose holders may join."),
    _own("audit_log", "Audit log", ("read", "export"), "Every change, who made it and when."),
    _own(
        "managed_organizations",
        "Managed organizations",
        (*CRUD, "onboard"),
        "Organizations that this one looks after, and bringing in their first people.",
    ),
    _own("provisioning", "Provisioning", CRUD, "Identity providers that keep the members in step."),
    _own("api_keys", "API keys", CRUD, "Keys with which other software acts here."),
    _own("ownership", "Ownership", ("transfer",), "Handing the organization to another owner."),
)

# Held by the role that owns and by no other: a scheme file that grants one elsewhere is refused.
OWNERS_ALONE = frozenset({"organization.delete", "ownership.transfer"})


def covers(held: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether `held` grants reach at least as far as `wanted`.

    Scopes stand one within the other: the organization includes every group, and whoever curates a group belongs to it.
    """
    return _covers(frozenset(held), frozenset(wanted))


@lru_cache(maxsize=1_000)  # the same two roles are compared for each of many people
def _covers(held: frozenset[str], wanted: frozenset[str]) -> bool:
    return all(any(wider in held for wider in _as_far(grant)) for grant in wanted)


def _as_far(grant: str) -> tuple[str, ...]:
    """The grant and those of the same permission that reach further."""
    permission, _, scope = grant.partition("@")
    if not scope:
        return (grant,)
    if scope == Scope.GROUPS:
        return (grant, permission)
    return (grant, f"{permission}@{Scope.GROUPS}", permission)


def widest(grants: Iterable[str]) -> frozenset[str]:
    """The grants without those that another one of the same permission includes."""
    given = frozenset(grants)
    return frozenset(grant for grant in given if not any(wider in given for wider in _as_far(grant)[1:]))


# Of Roster's own permissions only these are asked with a group; the others reach the organization or nothing.
OWN_BY_GROUP = frozenset({"groups.read", "groups.update", "groups.delete", "groups.curators"})
