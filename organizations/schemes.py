"""Role schemes: reads and checks the TOML files that say what an organization is created with."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from organizations.permissions import OWN_RESOURCES, Grant, Resource

SHIPPED = Path(__file__).parent / "schemes"


class OwnerRule(StrEnum):
    EXACTLY_ONE = "exactly-one"
    AT_LEAST_ONE = "at-least-one"


@dataclass(frozen=True)
class BuiltinRole:
    """A role as its scheme declares it. `rank` counts from 0, the narrowest."""

    key: str
    label: str
    description: str
    caution: str
    elevated: bool
    rank: int
    grants: frozenset[str]


@dataclass(frozen=True)
class Scheme:
    key: str
    label: str
    description: str
    resources: tuple[Resource, ...]
    roles: tuple[BuiltinRole, ...]
    owner_key: str
    owner_rule: OwnerRule
    recommended_owners: int

    @property
    def permissions(self) -> tuple[str, ...]:
        return tuple(permission for resource in self.resources for permission in resource.permissions())

    @property
    def owner(self) -> BuiltinRole:
        return next(role for role in self.roles if role.key == self.owner_key)


def scheme(key: str) -> Scheme:
    """The scheme of that key. Raises KeyError where no file declares it."""
    return load_schemes()[key]


@cache
def load_schemes() -> dict[str, Scheme]:
    """Every scheme by its key: the shipped ones, then those of the folder that SCHEMES_DIR names."""
    folders = [SHIPPED, *([Path(settings.SCHEMES_DIR)] if settings.SCHEMES_DIR else [])]
    found: dict[str, Scheme] = {}
    for folder in folders:
        if not folder.is_dir():
            message = f"The setting SCHEMES_DIR names {folder}, which is no folder. Give the folder of the TOML files."
            raise ImproperlyConfigured(message)
        for path in sorted(folder.glob("*.toml")):
            one = read_scheme(path)
            if one.key in found:
                raise _wrong(path, "key", f"{one.key!r} is taken by another scheme. Choose another key.")
            found[one.key] = one
    return found


def read_scheme(path: Path) -> Scheme:
    """The scheme in the file. Raises ImproperlyConfigured that names the file, the place and the mend."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as mistake:
        raise _wrong(path, "TOML", f"{mistake}. Mend the line.") from mistake
    resources = (*OWN_RESOURCES, *(_resource(path, row) for row in data.get("resources", [])))
    roles = tuple(_role(path, rank, row, resources) for rank, row in enumerate(data.get("roles", [])))
    if not roles:
        raise _wrong(path, "roles", "there are none. Declare at least the role that owns.")
    ownership = data.get("ownership", {})
    owner_key = _text(path, ownership, "role", "ownership")
    if owner_key not in {role.key for role in roles}:
        raise _wrong(path, "ownership.role", f"{owner_key!r} is no role of this file. Name one of its roles.")
    try:
        rule = OwnerRule(_text(path, ownership, "rule", "ownership"))
    except ValueError as mistake:
        known = " or ".join(f'"{one}"' for one in OwnerRule)
        raise _wrong(path, "ownership.rule", f"{mistake}. Write {known}.") from mistake
    return Scheme(
        key=_text(path, data, "key"),
        label=_text(path, data, "label"),
        description=_text(path, data, "description"),
        resources=resources,
        roles=roles,
        owner_key=owner_key,
        owner_rule=rule,
        recommended_owners=int(ownership.get("recommended", 1)),
    )


def _resource(path: Path, row: dict[str, Any]) -> Resource:
    key = _text(path, row, "key", "resources")
    return Resource(key, _text(path, row, "label", f"resources.{key}"), tuple(row.get("actions", ())))


def _role(path: Path, rank: int, row: dict[str, Any], resources: tuple[Resource, ...]) -> BuiltinRole:
    key = _text(path, row, "key", f"roles[{rank}]")
    grants: set[str] = set()
    for pattern in row.get("grants", []):
        matched = _matching(str(pattern), resources)
        if not matched:
            raise _wrong(path, f"roles.{key}.grants", f"{pattern!r} names no permission. Write resource.action.")
        grants |= matched
    return BuiltinRole(
        key=key,
        label=_text(path, row, "label", f"roles.{key}"),
        description=_text(path, row, "description", f"roles.{key}"),
        caution=str(row.get("caution", "")),
        elevated=bool(row.get("elevated", False)),
        rank=rank,
        grants=frozenset(grants),
    )


def _matching(pattern: str, resources: tuple[Resource, ...]) -> set[str]:
    try:
        grant = Grant.parse(pattern)
    except ValueError:
        return set()
    wanted, _, action = grant.permission.partition(".")
    return {
        str(Grant(permission, grant.scope))
        for resource in resources
        if wanted in ("*", resource.key)
        for permission in resource.permissions()
        if action in ("*", permission.partition(".")[2])
    }


def _text(path: Path, row: dict[str, Any], name: str, place: str = "") -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(path, f"{place}.{name}".lstrip("."), "a text is missing. Write one in quotes.")
    return value


def _wrong(path: Path, place: str, mend: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"The role scheme {path}, at {place}: {mend}")
