"""All that a person may do, in a few phrases: everywhere, in groups, as a curator, with the team, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from organizations.permissions import Scope
from team.access.subjects import Subject
from team.access.words import in_short, named

NAMED_GROUPS = 3


@dataclass(frozen=True)
class Part:
    """Where, and what may be done there."""

    where: str
    phrases: list[str]


def what_they_may_do(subject: Subject, known: Sequence[str], curated: Sequence[str]) -> list[Part]:
    """`known` and `curated`: the names of the groups belonged to and curated, as far as the reader may know of them."""
    role = subject.membership.role
    if role is None:
        return []
    organization = subject.membership.organization
    rules, withheld = organization.rules, organization.withheld
    held = {scope: _held(role.grant_set, scope) - withheld for scope in Scope}
    own = {permission for resource in rules.resources if resource.own for permission in resource.permissions()}
    everywhere = held[Scope.ORGANIZATION]
    places = subject.in_groups
    parts = [
        Part("Everywhere", in_short(everywhere - own, rules)),
        Part(_in_groups("In", known, len(places.belongs_to)), in_short(held[Scope.GROUPS], rules)),
        Part(_in_groups("As curator of", curated, len(places.curates)), in_short(held[Scope.CURATED], rules)),
        Part("With the team", in_short(everywhere & own, rules)),
        Part("Once approved for production", in_short(withheld & _held(role.grant_set, Scope.ORGANIZATION), rules)),
    ]
    return [part for part in parts if part.phrases]


def _held(grants: frozenset[str], scope: Scope) -> frozenset[str]:
    wanted = "" if scope is Scope.ORGANIZATION else scope.value
    pairs = (grant.partition("@") for grant in grants)
    return frozenset(permission for permission, _, at in pairs if at == wanted)


def _in_groups(where: str, names: Sequence[str], total: int) -> str:
    """`names` are of those among `total` that the reader may know of."""
    if not total:
        return f"{where} groups, once there is one"
    if not names:
        return f"{where} {'1 group' if total == 1 else f'{total} groups'}"
    if len(names) == total:
        return f"{where} {named(names, NAMED_GROUPS)}"
    shown = names[:NAMED_GROUPS]
    return f"{where} {', '.join(shown)} and {total - len(shown)} more"
