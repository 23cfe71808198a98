"""Lists the role schemes that this deployment knows, and says what no longer fits them: `docs/schemes.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError

from organizations import builtin_roles
from organizations.permissions import Grant
from organizations.schemes import BuiltinRole, OwnerRule, OwnershipMove, Scheme, load_schemes


class Command(BaseCommand):
    help = "Lists and checks the role schemes, and names custom roles with a permission that is no longer known."
    requires_system_checks = ()  # the files are checked by being read, which every start does

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print every resource, role and grant as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        schemes = load_schemes().values()
        if options["json"]:
            self.stdout.write(
                json.dumps({"schemes": [_described(one) for one in schemes]}, indent=2, ensure_ascii=False)
            )
            return
        for one in schemes:
            self.stdout.writelines(f"{line}\n" for line in _told(one))
        try:
            unfit = [builtin_roles.vanished_sentence(*one) for one in builtin_roles.vanished(DEFAULT_DB_ALIAS)]
            undeclared = list(builtin_roles.undeclared(DEFAULT_DB_ALIAS))
        except (OperationalError, ProgrammingError):
            self.stdout.write("Custom roles were not looked at: the database cannot be reached or is not migrated.")
            return
        if undeclared:
            raise CommandError("\n".join([*unfit, *undeclared]))
        self.stdout.write("\n".join(unfit) or "Every custom role and every organization fits its scheme.")


def _told(one: Scheme) -> Iterator[str]:
    """A scheme in sentences, for somebody at a terminal."""
    yield f"{one.label} ({one.key})"
    yield f"  {one.path}"
    yield f"  {_ownership(one)}"
    if one.curator_key and one.instead_of_key:
        curator, former = one.by_key[one.curator_key].label, one.by_key[one.instead_of_key].label
        yield f"  Who is made curator of a group turns from {former} into {curator}, and back with the last group."
    if one.production:
        yield f"  Needs production approval: {', '.join(sorted(one.production))}."
    width = max(len(f"{role.label} ({role.key})") for role in one.roles)
    for role in one.roles:
        yield f"    {f'{role.label} ({role.key})':<{width}}  {_number(role)}{_marks(one, role)}"
    yield ""


def _ownership(one: Scheme) -> str:
    owner = one.owner.label
    if one.owner_rule is OwnerRule.AT_LEAST_ONE:
        more = f"; {one.recommended_owners} are recommended" if one.recommended_owners > 1 else ""
        return f"At least one {owner}{more}."
    moves = "at once" if one.moves is OwnershipMove.IMMEDIATE else "when the member accepts"
    former = one.by_key[one.former_owner_key or ""].label
    return f"Exactly one {owner}. Ownership moves {moves}; whoever had it becomes {former}."


def _number(role: BuiltinRole) -> str:
    number = len({Grant.parse(grant).permission for grant in role.grants})
    return "1 permission" if number == 1 else f"{number} permissions"


def _marks(one: Scheme, role: BuiltinRole) -> str:
    marks = {
        "owns": role.key == one.owner_key,
        "elevated": role.elevated,
        "reserved": role.reserved,
        "system-managed": role.system_managed,
        "no browser sign-in": not role.signs_in,
        "no seat": not role.takes_seat,
    }
    return "".join(f", {mark}" for mark, there in marks.items() if there)


def _described(one: Scheme) -> dict[str, Any]:
    """A scheme as `--json` prints it. docs/schemes.md promises these keys."""
    return {
        "key": one.key,
        "label": one.label,
        "description": one.description,
        "ownership": {
            "role": one.owner_key,
            "rule": one.owner_rule,
            "recommended": one.recommended_owners,
            "moves": one.moves,
            "former_owner": one.former_owner_key,
        },
        "curators": {"role": one.curator_key, "instead_of": one.instead_of_key} if one.curator_key else None,
        "production": sorted(one.production),
        "resources": [
            {
                "key": resource.key,
                "label": resource.label,
                "description": resource.description,
                "own": resource.own,
                "actions": list(resource.actions),
            }
            for resource in one.resources
        ],
        "roles": [
            {
                "key": role.key,
                "label": role.label,
                "description": role.description,
                "caution": role.caution,
                "elevated": role.elevated,
                "reserved": role.reserved,
                "system_managed": role.system_managed,
                "sign_in": role.signs_in,
                "seat": role.takes_seat,
                "grants": sorted(role.grants),
            }
            for role in one.roles
        ],
    }
