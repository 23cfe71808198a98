"""The file as PostgreSQL writes it: COPY formats every cell, and rows pass through without being taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Collate, Lower

from organizations.cells import IN_SQL, safe_in_sql
from organizations.models import NEVER
from team.export.people import COLUMNS, Export

_BLOCK = 64 * 1024


def copied(export: Export) -> Iterator[bytes]:
    """The lines below the header, in blocks."""
    invited, people = export.invited(), export.people()
    if not invited.query.is_empty():
        yield from _blocks(*_invited_in_sql(invited, export))
    if not people.query.is_empty():
        yield from _blocks(*_people_in_sql(people, export))


def _people_in_sql(people: QuerySet[Any, tuple[Any, ...]], export: Export) -> tuple[str, list[Any]]:
    inner, params = people.values_list(*COLUMNS, "sort_name").query.sql_with_params()
    columns = ", ".join([*(name.replace("__", "_") for name in COLUMNS), "sort_name"])
    groups, of_groups, joined = _groups_in_sql(export)
    cells = [
        safe_in_sql("email"),
        safe_in_sql("name"),
        safe_in_sql("role_label"),
        "CASE WHEN status <> 'active' THEN 'Deactivated' WHEN ends_at <= %s THEN 'Access ended' ELSE 'Active' END",
        safe_in_sql("groups.names"),
        "CASE WHEN two_factor THEN 'On' ELSE 'Off' END",
        _moment("joined_at"),
        _moment("NULLIF(last_active_at, %s)"),
        _moment("ends_at"),
    ]
    zone = str(export.zone)
    given = [*IN_SQL * 3, export.at, *IN_SQL, zone, NEVER, zone, zone]
    select = f"{_from(inner, cells, f'people({columns})')} LEFT JOIN {joined}"
    return groups + select, [*of_groups, *given, *params]


def _groups_in_sql(export: Export) -> tuple[str, list[Any], str]:
    """What comes before the query, its parameters, and the table of names of groups that is joined to the people."""
    places = export.places()
    if places is None:
        return "", [], "(SELECT NULL::text) AS groups(names) ON true"
    names = StringAgg("group__name", "; ", order_by=Collate(Lower("group__name"), "C"))
    inner, params = places.order_by().values("membership").annotate(names=names).query.sql_with_params()
    table = f"WITH groups(membership, names) AS MATERIALIZED ({inner}) "
    return table, list(params), "groups ON groups.membership = people.id ORDER BY people.sort_name, people.id"


def _invited_in_sql(invited: QuerySet[Any, tuple[Any, ...]], export: Export) -> tuple[str, list[Any]]:
    inner, params = invited.query.sql_with_params()
    cells = [
        safe_in_sql("email"), "NULL", safe_in_sql("role"), "'Invited'", "NULL", "NULL", "NULL", "NULL", _moment("ends"),
    ]  # fmt: skip
    given = [*IN_SQL * 2, str(export.zone)]
    return _from(inner, cells, "invited(email, role, ends)"), [*given, *params]


def _from(inner: str, cells: list[str], columns: str) -> str:
    # Made of what the ORM wrote and of the names above; every value is a parameter.
    return f"SELECT {', '.join(cells)} FROM ({inner}) AS {columns}"  # noqa: S608


def _moment(column: str) -> str:
    return f"to_char({column} AT TIME ZONE %s, 'YYYY-MM-DD HH24:MI')"


def _blocks(select: str, params: list[Any]) -> Iterator[bytes]:
    block = bytearray()
    command = f"COPY ({select}) TO STDOUT (FORMAT csv)"
    # The driver's own cursor: the one that counts queries takes no parameters here.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # it would think for a quarter of a second before the first row
        with cursor.cursor.copy(command, params) as rows:
            for row in rows:
                block += row
                block[-1:] = b"\r\n"  # a row is one message, which ends with a line feed
                if len(block) >= _BLOCK:
                    yield bytes(block)
                    block.clear()
    yield bytes(block)
