"""What a set of grants looks like: laid out by resource and action, beside another set, and as what may be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from organizations.permissions import CRUD, OWN_BY_GROUP, OWNERS_ALONE, Grant, Resource, Scope, covers, widest
from organizations.scheme_model import Scheme

Scopes = dict[str, Scope]

IN_WORDS = {
    Scope.ORGANIZATION: "the whole organization",
    Scope.GROUPS: "the groups they belong to",
    Scope.CURATED: "the groups they curate",
}
_FROM_WIDE = list(Scope)


def scopes(grants: Iterable[str]) -> Scopes:
    """How far each granted permission reaches."""
    return {grant.permission: grant.scope for grant in map(Grant.parse, widest(grants))}


def as_grants(reaching: Scopes) -> frozenset[str]:
    """What `scopes` was made from."""
    return frozenset(str(Grant(permission, scope)) for permission, scope in reaching.items())


def as_far_as(held: Iterable[str], wanted: Iterable[str]) -> frozenset[str]:
    """The wanted grants, each as far as those held reach; what is an owner's alone is left out."""
    held = frozenset(held)
    kept: Scopes = {}
    for permission, scope in scopes(wanted).items():
        narrower = _FROM_WIDE[_FROM_WIDE.index(scope) :]
        if reachable := [one for one in narrower if covers(held, [str(Grant(permission, one))])]:
            kept[permission] = reachable[0]
    return as_grants({permission: scope for permission, scope in kept.items() if permission not in OWNERS_ALONE})


def choices(resource: Resource, permission: str, held: Iterable[str]) -> tuple[Scope, ...]:
    """How far someone who holds these may let a custom role reach, from wide to narrow; () where not at all."""
    if permission in OWNERS_ALONE:
        return ()
    meant = _FROM_WIDE if not resource.own or permission in OWN_BY_GROUP else _FROM_WIDE[:1]
    held = frozenset(held)
    return tuple(scope for scope in meant if covers(held, [str(Grant(permission, scope))]))


def said(action: str) -> str:
    """An action as people read it."""
    return action.replace("_", " ")


@dataclass(frozen=True)
class Cell:
    """One permission of a matrix, and how far it reaches; `choices` are filled where it can be chosen."""

    permission: str
    resource: Resource
    scope: Scope | None
    choices: tuple[Scope, ...] = ()

    @property
    def action(self) -> str:
        return said(self.permission.rpartition(".")[2])

    @property
    def words(self) -> str:
        return IN_WORDS[self.scope] if self.scope else "no"

    @property
    def by_group(self) -> bool:
        """Whether more can be chosen than yes and no."""
        return self.choices not in ((), (Scope.ORGANIZATION,))


@dataclass(frozen=True)
class Row:
    """A resource: a place for each of create, read, update and delete (None: no such action), then its own verbs."""

    resource: Resource
    crud: list[tuple[str, Cell | None]]
    verbs: list[Cell]


@dataclass(frozen=True)
class Band:
    """The rows of the work that the product is for, or of the team."""

    label: str
    rows: list[Row]

    @property
    def is_limited(self) -> bool:
        """Whether something in it cannot be chosen."""
        return any(
            not cell.choices for row in self.rows for cell in (*(one for _, one in row.crud), *row.verbs) if cell
        )


def matrix(rules: Scheme, reaching: Scopes, *, held: Iterable[str] | None = None) -> list[Band]:
    """The whole catalogue in bands; with `held`, each cell says what its holder may choose."""
    own = frozenset(held) if held is not None else None

    def cell(resource: Resource, action: str) -> Cell:
        permission = f"{resource.key}.{action}"
        offered = choices(resource, permission, own) if own is not None else ()
        return Cell(permission, resource, reaching.get(permission), offered)

    bands = (
        ("Work", [_row(one, cell) for one in rules.resources if not one.own]),
        ("Team", [_row(one, cell) for one in rules.resources if one.own]),
    )
    return [Band(label, rows) for label, rows in bands if rows]


def _row(resource: Resource, cell: Callable[[Resource, str], Cell]) -> Row:
    crud = [(action, cell(resource, action) if action in resource.actions else None) for action in CRUD]
    return Row(resource, crud, [cell(resource, verb) for verb in resource.verbs])


class Kind(StrEnum):
    GAINED = "gained"
    LOST = "lost"
    WIDER = "wider"
    NARROWER = "narrower"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """One permission in two sets of grants."""

    permission: str
    resource: Resource
    before: Scope | None
    after: Scope | None

    @property
    def action(self) -> str:
        return said(self.permission.rpartition(".")[2])

    @property
    def kind(self) -> Kind:
        if self.before is self.after:
            return Kind.SAME
        if self.before is None or self.after is None:
            return Kind.LOST if self.after is None else Kind.GAINED
        return Kind.WIDER if _FROM_WIDE.index(self.after) < _FROM_WIDE.index(self.before) else Kind.NARROWER

    @property
    def before_words(self) -> str:
        return IN_WORDS[self.before] if self.before else "no"

    @property
    def after_words(self) -> str:
        return IN_WORDS[self.after] if self.after else "no"

    @property
    def words(self) -> str:
        if self.kind is Kind.GAINED and self.after is not Scope.ORGANIZATION:
            return f"Gained, in {self.after_words}"
        if self.kind in (Kind.WIDER, Kind.NARROWER):
            return f"{self.kind.capitalize()}: {self.after_words} instead of {self.before_words}"
        return "" if self.kind is Kind.SAME else self.kind.capitalize()


@dataclass(frozen=True)
class Comparison:
    """Every permission of the catalogue in two sets of grants, in the order of the matrix."""

    changes: list[Change]

    @cached_property
    def differences(self) -> list[Change]:
        return [change for change in self.changes if change.kind is not Kind.SAME]

    def of_kind(self, *kinds: Kind) -> list[Change]:
        return [change for change in self.changes if change.kind in kinds]

    @property
    def gained(self) -> list[Change]:
        return self.of_kind(Kind.GAINED)

    @property
    def lost(self) -> list[Change]:
        return self.of_kind(Kind.LOST)

    @property
    def reaching_otherwise(self) -> list[Change]:
        return self.of_kind(Kind.WIDER, Kind.NARROWER)


def compare(rules: Scheme, before: Iterable[str], after: Iterable[str]) -> Comparison:
    """What goes from the one set of grants to the other."""
    had, has = scopes(before), scopes(after)
    return Comparison(
        [
            Change(permission, resource, had.get(permission), has.get(permission))
            for resource in sorted(rules.resources, key=lambda one: one.own)
            for permission in resource.permissions()
        ]
    )


def by_resource(changes: Iterable[Change]) -> list[tuple[Resource, list[Change]]]:
    """The changes under the resource that each is about."""
    found: dict[str, tuple[Resource, list[Change]]] = {}
    for change in changes:
        found.setdefault(change.resource.key, (change.resource, []))[1].append(change)
    return list(found.values())
