"""Who can do this: everyone whose role grants it, in the whole organization or in one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from organizations.models import Group, GroupPlace, Organization, Role
from organizations.permissions import Scope
from organizations.querysets import MembershipQuerySet
from organizations.reaching import roles_granting


@dataclass(frozen=True)
class Granting:
    """A role that grants what was asked, and how far."""

    role: Role
    scope: Scope

    @property
    def reach(self) -> str:
        return _REACH[self.scope]


_REACH = {
    Scope.ORGANIZATION: "In the whole organization",
    Scope.GROUPS: "In the groups its holders belong to",
    Scope.CURATED: "In the groups its holders curate",
}


def granting(roles: Sequence[Role], permission: str) -> list[Granting]:
    """The roles that grant it, widest first."""
    found = roles_granting(roles, permission)
    return [Granting(role, scope) for scope in Scope for role in reversed(found[scope])]


def who_can(
    organization: Organization, found: Sequence[Granting], permission: str, group: Group | None, *, at: datetime
) -> MembershipQuerySet:
    """Everyone who can act and holds it: in the whole organization, or in that group of it. `found`: its `granting`."""
    # As `able`, but for the join with the one organization, which led PostgreSQL to sort everyone for a page of forty.
    rows: MembershipQuerySet = organization.memberships.active(at).filter(user__is_active=True)
    if organization.two_factor_required:
        rows = rows.filter(two_factor=True)
    if permission in organization.withheld:
        return rows.none()
    wanted = Q(role__in=_of(found, Scope.ORGANIZATION))
    if group is not None:
        places = GroupPlace.objects.filter(group=group)
        wanted |= Q(role__in=_of(found, Scope.GROUPS), pk__in=places.values("membership"))
        wanted |= Q(role__in=_of(found, Scope.CURATED), pk__in=places.curating().values("membership"))
    return rows.filter(wanted)


def _of(found: Sequence[Granting], scope: Scope) -> list[Role]:
    return [one.role for one in found if one.scope is scope]
