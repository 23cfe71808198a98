"""Reads and checks one file that describes a role scheme."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from organizations.permissions import OWN_RESOURCES, Grant, Resource
from organizations.scheme_model import BuiltinRole, OwnerRule, OwnershipMove, Scheme


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
        moves=OwnershipMove(ownership["moves"]) if "moves" in ownership else None,
        former_owner_key=ownership.get("former_owner"),
        curator_key=data.get("curators", {}).get("role"),
        instead_of_key=data.get("curators", {}).get("instead_of"),
        production=frozenset(_expanded(path, "production", data.get("production", []), resources)),
    )


def _resource(path: Path, row: dict[str, Any]) -> Resource:
    key = _text(path, row, "key", "resources")
    label = _text(path, row, "label", f"resources.{key}")
    return Resource(key, label, tuple(row.get("actions", ())), str(row.get("description", "")))


def _role(path: Path, rank: int, row: dict[str, Any], resources: tuple[Resource, ...]) -> BuiltinRole:
    key = _text(path, row, "key", f"roles[{rank}]")
    grants = _expanded(path, f"roles.{key}.grants", row.get("grants", []), resources)
    taken = _expanded(path, f"roles.{key}.except", row.get("except", []), resources)
    return BuiltinRole(
        key=key,
        label=_text(path, row, "label", f"roles.{key}"),
        description=_text(path, row, "description", f"roles.{key}"),
        caution=str(row.get("caution", "")),
        elevated=bool(row.get("elevated", False)),
        reserved=bool(row.get("reserved", False)),
        system_managed=bool(row.get("system_managed", False)),
        signs_in=bool(row.get("sign_in", True)),
        takes_seat=bool(row.get("seat", True)),
        rank=rank,
        grants=frozenset(grants - taken),
    )


def _expanded(path: Path, place: str, patterns: Iterable[str], resources: tuple[Resource, ...]) -> set[str]:
    grants: set[str] = set()
    for pattern in patterns:
        matched = _matching(str(pattern), resources)
        if not matched:
            raise _wrong(path, place, f"{pattern!r} names no permission. Write resource.action.")
        grants |= matched
    return grants


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
