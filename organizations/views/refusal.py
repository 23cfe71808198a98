"""What a page that is refused says: which permission is missing, why, and who can help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from organizations.models import Group, Membership, Role
from organizations.permissions import Scope
from organizations.reaching import roles_that_can_give, scope_of, who_has_it

NAMED_PEOPLE = 3


@dataclass(frozen=True)
class Refusal:
    """`said` goes on after the permission's name, `small` stands below it; `to_ask` are people who can change it."""

    permission: str
    said: str
    small: str
    to_ask: list[Membership]


def build_refusal(membership: Membership, permission: str, group: Group | None, at: datetime) -> Refusal:
    """Two queries. `membership` comes with role and organization; `group` is the one that the page is about."""
    organization, role = membership.organization, membership.role
    roles = list(Role.objects.of(organization))
    scope = scope_of(role.grant_set, permission) if role else None
    small = who_has_it(roles, permission)
    helping = roles_that_can_give(roles, permission, role)
    if role is None:
        said, small = "is not granted without a role", "Whoever gives roles here can give you one."
    elif scope is not None and permission in organization.withheld:
        said = f"waits until {organization} is approved for production"
        small, helping = "Your role includes it. Whoever runs Roster gives the approval.", []
    elif scope is None:
        said = "is not in this role"
    elif group is None:
        said = f"is in this role for {_THEIRS[scope]} alone"
    else:
        said = f"is in this role for {_THEIRS[scope]}, and {group} is none of them"
        needed = "groups.update" if scope is Scope.GROUPS else "groups.curators"
        helping = [one for one in roles if needed in one.grant_set]
    people = organization.memberships.select_related("role").able(at).exclude(pk=membership.pk)
    to_ask = people.filter(role__in=helping).order_by("-role__rank", "sort_name")[:NAMED_PEOPLE] if helping else []
    return Refusal(permission, said, small, list(to_ask))


_THEIRS = {Scope.GROUPS: "groups you belong to", Scope.CURATED: "groups you curate"}
