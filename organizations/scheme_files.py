"""Reads and checks one file that describes a role scheme. `docs/schemes.md` says what may stand in it."""

from __future__ import annotations

import re
from pathlib import Path

from organizations.permissions import OWN_BY_GROUP, OWN_RESOURCES, OWNERS_ALONE, Grant, Resource, Scope, widest
from organizations.scheme_model import BuiltinRole, OwnerRule, OwnershipMove, Scheme
from organizations.toml_tables import Table, quoted

KEY, LABEL, TEXT = 50, 60, 300  # what the columns hold
_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_WORD = re.compile(r"[a-z][a-z0-9_]*")  # what stands in a permission, which reads resource.action
_PATTERN = re.compile(rf"(\*|{_WORD.pattern})\.(\*|{_WORD.pattern})(?:@({'|'.join(Scope)}))?")
_OWN = {one.key for one in OWN_RESOURCES}

Resources = tuple[Resource, ...]


def read_scheme(path: Path) -> Scheme:
    """The scheme in the file. Raises ImproperlyConfigured that names the file, the place and the mend."""
    file = Table.of(path, "role scheme")
    file.only("key", "label", "description", "production", "ownership", "curators", "resources", "roles")
    key, label, description = _key(file, _KEY), file.text("label", LABEL), file.text("description", TEXT)
    resources = (*OWN_RESOURCES, *_resources(file))
    ownership = file.table("ownership")
    ownership.only("role", "rule", "recommended", "moves", "former_owner")
    roles = _roles(file, resources)
    by_key = {role.key: role for role in roles}
    owner_key = ownership.choice("role", by_key)
    for table, role in zip(file.tables("roles"), roles, strict=True):
        (_check_owner if role.key == owner_key else _check_other)(table, role)
    rule, moves, recommended, former_owner_key = _ownership(ownership, by_key)
    curator_key, instead_of_key = _curators(file, by_key, owner_key)
    return Scheme(
        key=key,
        label=label,
        description=description,
        resources=resources,
        roles=roles,
        owner_key=owner_key,
        owner_rule=rule,
        recommended_owners=recommended,
        moves=moves,
        former_owner_key=former_owner_key,
        curator_key=curator_key,
        instead_of_key=instead_of_key,
        production=_production(file, resources),
        path=path,
    )


def _resources(file: Table) -> list[Resource]:
    found: list[Resource] = []
    for table in file.tables("resources"):
        table.only("key", "label", "description", "actions")
        key, label = _key(table, _WORD), table.text("label", LABEL)
        if key in _OWN:
            raise table.wrong("key", f"{quoted(key)} is a resource of Roster's own. Choose another key.", key)
        _unused(table, key, label, [(one.key, one.label) for one in (*OWN_RESOURCES, *found)], "resource")
        actions = table.words("actions")
        if not actions:
            raise table.wrong("actions", 'there are none. Write at least one, such as actions = ["read"].')
        for action in actions:
            if not _WORD.fullmatch(action) or len(action) > KEY:
                raise table.wrong("actions", f"{quoted(action)} is no action. {_spelling(_WORD)}", action)
            if actions.count(action) > 1:
                raise table.wrong("actions", f"{quoted(action)} stands there twice. Write it once.", action)
        found.append(Resource(key, label, actions, table.text("description", TEXT, default="")))
    return found


def _roles(file: Table, resources: Resources) -> tuple[BuiltinRole, ...]:
    found: list[BuiltinRole] = []
    for rank, table in enumerate(file.tables("roles")):
        role = _role(table, rank, resources)
        _unused(table, role.key, role.label, [(one.key, one.label) for one in found], "role")
        found.append(role)
    if not found:
        raise file.wrong("roles", "there are none. Declare at least the role that owns, beginning with [[roles]].")
    return tuple(found)


def _role(table: Table, rank: int, resources: Resources) -> BuiltinRole:
    table.only(
        "key", "label", "description", "caution", "elevated", "reserved", "system_managed", "sign_in", "seat",
        "grants", "except",
    )  # fmt: skip
    return BuiltinRole(
        key=_key(table, _KEY),
        label=table.text("label", LABEL),
        description=table.text("description", TEXT),
        caution=table.text("caution", TEXT, default=""),
        elevated=table.flag("elevated", False),
        reserved=table.flag("reserved", False),
        system_managed=table.flag("system_managed", False),
        signs_in=table.flag("sign_in", True),
        takes_seat=table.flag("seat", True),
        rank=rank,
        grants=_grants(table, resources),
    )


def _check_owner(table: Table, role: BuiltinRole) -> None:
    for name, wrong in {
        "reserved": role.reserved,
        "system_managed": role.system_managed,
        "sign_in": not role.signs_in,
        "seat": not role.takes_seat,
    }.items():
        if wrong:
            raise table.wrong(
                name, f"the role that owns is given by hand, signs in and takes a seat. Take {name} away."
            )
    for permission in sorted(OWNERS_ALONE - role.grants):
        raise table.wrong("grants", f"the role that owns must hold {permission}. Add it.")


def _check_other(table: Table, role: BuiltinRole) -> None:
    for permission in sorted(OWNERS_ALONE & {Grant.parse(one).permission for one in role.grants}):
        mend = f'Add it to the role\'s except, such as except = ["{permission}"].'
        raise table.wrong("grants", f"{permission} belongs to the role that owns alone. {mend}", permission)
    if not role.takes_seat and not (role.reserved or role.system_managed):
        mend = "Mark the role as reserved or system_managed, or take seat away."
        raise table.wrong("seat", f"an invitation reserves a seat, so a role given by hand takes one. {mend}")


def _grants(table: Table, resources: Resources) -> frozenset[str]:
    """What grants give less what except takes away; of one permission, the widest scope."""
    held = {grant for pattern in table.words("grants") for grant in _matching(table, "grants", pattern, resources)}
    for pattern in table.words("except"):
        # Without a scope a permission is taken away in every scope.
        matched = _matching(table, "except", pattern, resources)
        taken = {one for one in held if one in matched or ("@" not in pattern and Grant(one.permission) in matched)}
        if not taken:
            raise table.wrong("except", f"{quoted(pattern)} takes nothing away. Leave it out.", pattern)
        held -= taken
    return widest(map(str, held))


def _matching(table: Table, name: str, pattern: str, resources: Resources) -> set[Grant]:
    """The grants that the pattern names. Refused where it names none."""
    found = _PATTERN.fullmatch(pattern)
    permissions = {
        permission
        for resource in resources
        for action, permission in zip(resource.actions, resource.permissions(), strict=True)
        if found and found[1] in ("*", resource.key) and found[2] in ("*", action)
    }
    if not found or not permissions:
        mend = (
            'Write resource.action with names of this file, "*" for all, and @groups or @curated for a narrower scope.'
        )
        raise table.wrong(name, f"{quoted(pattern)} names no permission. {mend}", pattern)
    scope = Scope(found[3] or Scope.ORGANIZATION)
    if scope is not Scope.ORGANIZATION:
        permissions -= {permission for one in OWN_RESOURCES for permission in one.permissions()} - OWN_BY_GROUP
    if not permissions:
        mend = "Leave out @ and what follows."
        raise table.wrong(name, f"{quoted(pattern)} reaches the whole organization or nothing. {mend}", pattern)
    return {Grant(permission, scope) for permission in permissions}


def _ownership(table: Table, roles: dict[str, BuiltinRole]) -> tuple[OwnerRule, OwnershipMove | None, int, str | None]:
    rule = OwnerRule(table.choice("rule", list(OwnerRule)))
    recommended = table.number("recommended", 1)
    if rule is OwnerRule.AT_LEAST_ONE:
        for name in ("moves", "former_owner"):
            if name in table.data:
                raise table.wrong(name, f'ownership moves only where rule is "exactly-one". Take {name} away.')
        return rule, None, recommended, None
    if recommended > 1:
        raise table.wrong("recommended", "there is exactly one owner. Take recommended away.")
    moves = OwnershipMove(table.choice("moves", list(OwnershipMove)))
    former = roles[table.choice("former_owner", roles)]
    if former.key == table.data["role"]:
        raise table.wrong("former_owner", "this is the role that owns. Name the one that a former owner gets.")
    if former.reserved or former.system_managed or not former.signs_in:
        mend = "Name one that is given by hand and signs in."
        raise table.wrong("former_owner", f"{quoted(former.key)} is not for a former owner. {mend}")
    return rule, moves, recommended, former.key


def _curators(file: Table, roles: dict[str, BuiltinRole], owner_key: str) -> tuple[str | None, str | None]:
    if "curators" not in file.data:
        return None, None
    table = file.table("curators")
    table.only("role", "instead_of")
    role, instead_of = table.choice("role", roles), table.choice("instead_of", roles)
    if role == instead_of:
        raise table.wrong("instead_of", "this is the curators' role itself. Name the one that it takes the place of.")
    for name, key in {"role": role, "instead_of": instead_of}.items():
        if key == owner_key:
            raise table.wrong(name, "this is the role that owns, which comes and goes with no group. Name another.")
    return role, instead_of


def _production(file: Table, resources: Resources) -> frozenset[str]:
    found: set[str] = set()
    for pattern in file.words("production"):
        if "@" in pattern:
            mend = "Approval is the whole organization's: leave out @ and what follows."
            raise file.wrong("production", f"{quoted(pattern)} has a scope. {mend}", pattern)
        found |= {one.permission for one in _matching(file, "production", pattern, resources)}
    return frozenset(found)


def _key(table: Table, spelling: re.Pattern[str]) -> str:
    key = table.text("key", KEY)
    if not spelling.fullmatch(key):
        raise table.wrong("key", f"{quoted(key)} is no key. {_spelling(spelling)}", key)
    return key


def _spelling(spelling: re.Pattern[str]) -> str:
    marks = "digits, - and _" if spelling is _KEY else "digits and _"
    return f"Write small letters, {marks}, beginning with a letter, {KEY} at most."


def _unused(table: Table, key: str, label: str, taken: list[tuple[str, str]], what: str) -> None:
    """Refuse a key or a label that another of its kind has."""
    if key in {other for other, _ in taken}:
        raise table.wrong("key", f"there are two {what}s with the key {quoted(key)}. Give each its own.", key)
    if label.casefold() in {other.casefold() for _, other in taken}:
        raise table.wrong("label", f"there are two {what}s called {quoted(label)}. Give each its own label.", label)
