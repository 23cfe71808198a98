"""What pages say about groups: which a person sees, how many belong, what belonging and curating allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from organizations.models import Group, GroupPlace, Organization, Role
from organizations.permissions import Grant, Scope
from organizations.visible_groups import READ


@dataclass(frozen=True)
class CuratorRoles:
    """The labels of the role that a curator's place brings, and of the one that it takes the place of."""

    comes: str
    instead_of: str


@dataclass(frozen=True)
class GrantsByGroup:
    """What a role grants in groups that its holder curates, and in those belonged to: resources and their actions."""

    role: Role
    curating: list[tuple[str, str]]
    belonging: list[tuple[str, str]]


def counted(groups: Iterable[Group]) -> dict[UUID, tuple[int, int]]:
    """How many people belong to each group, and how many of them curate it."""
    rows = GroupPlace.objects.filter(group__in=list(groups)).order_by().values_list("group")
    found = rows.annotate(people=Count("*"), curators=Count("pk", filter=Q(curates=True)))
    return {group: (people, curators) for group, people, curators in found}


def curator_roles(organization: Organization) -> CuratorRoles | None:
    """None where a curator's place changes nobody's role."""
    rules = organization.rules
    if not rules.curator_key or not rules.instead_of_key:
        return None
    return CuratorRoles(rules.by_key[rules.curator_key].label, rules.by_key[rules.instead_of_key].label)


def grants_by_group(organization: Organization) -> list[GrantsByGroup]:
    """The roles that grant more in groups than to see them, from narrowest to widest."""
    found = []
    for role in Role.objects.of(organization):
        grants = [Grant.parse(grant) for grant in role.grant_set]
        curating = _in_words(organization, [one for one in grants if one.scope is Scope.CURATED])
        belonging = _in_words(organization, [one for one in grants if one.scope is Scope.GROUPS])
        if curating or belonging:
            found.append(GrantsByGroup(role, curating, belonging))
    return found


def _in_words(organization: Organization, grants: list[Grant]) -> list[tuple[str, str]]:
    """Each resource of the scheme with those of its actions that are granted, in the scheme's order."""
    granted = {grant.permission for grant in grants} - {READ}
    found = []
    for resource in organization.rules.resources:
        if actions := [action for action in resource.actions if f"{resource.key}.{action}" in granted]:
            found.append((resource.label, ", ".join(actions)))
    return found
