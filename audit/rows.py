"""Events as they are checked: tuples of texts, in the form of the canonical text, a part of the chain at a time.

To make objects of ids, times and fields would cost more than all that is checked of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

AT_ONCE = 5_000

_COLUMNS = (
    "number", "at", "type", "action", "entity", "actor_kind", "request_id", "id", "chain_id", "actor_id", "target_id",
    "batch", "actor_salt", "actor_label", "on_behalf_of", "address", "user_agent", "target_salt", "target_label",
    "before", "after", "text", "hash",
)  # fmt: skip
_IDS = [_COLUMNS.index(name) for name in ("id", "chain_id", "actor_id", "target_id", "batch")]
# How each is asked for, where the answer would be made an object of.
_OF_POSTGRESQL = {
    **{name: f"{name}::text" for name in ("id", "chain_id", "actor_id", "target_id", "batch", "before", "after")},
    "at": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
    "address": "host(address)",
}
_OF_SQLITE = {"at": "at || ''"}


class Row(NamedTuple):
    """`before` and `after` are as they are written in the database, everything else as in the canonical text."""

    number: int
    at: str
    type: str
    action: str
    entity: str
    actor_kind: str
    request_id: str
    id: str
    chain_id: str
    actor_id: str | None
    target_id: str | None
    batch: str | None
    actor_salt: bytes | None
    actor_label: str
    on_behalf_of: str
    address: str | None
    user_agent: str
    target_salt: bytes | None
    target_label: str
    before: str
    after: str
    text: str
    hash: bytes


def rows_of(chain_id: UUID, *, after: int, until: int) -> Iterator[Row]:
    """The events of a chain between these numbers, `after` not among them, in order."""
    is_postgresql = connection.vendor == "postgresql"
    asked = _OF_POSTGRESQL if is_postgresql else _OF_SQLITE
    columns = ", ".join(asked.get(name, name) for name in _COLUMNS)
    query = f"""SELECT {columns} FROM audit_event WHERE chain_id = %s AND number > %s AND number <= %s
        ORDER BY number LIMIT {AT_ONCE}"""  # noqa: S608 - made of the names above
    key = chain_id if is_postgresql else chain_id.hex
    uniform = Row._make if is_postgresql else _from_sqlite
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [key, after, until])
            found = cursor.fetchall()
        yield from map(uniform, found)
        if len(found) < AT_ONCE:
            return
        after = found[-1][0]


def _from_sqlite(values: tuple[Any, ...]) -> Row:
    told = list(values)
    for place in _IDS:
        told[place] = _hyphened(told[place])
    day, _, time = told[1].partition(" ")
    told[1] = f"{day}T{time}{'' if '.' in time else '.000000'}+00:00"
    return Row(*told)


def _hyphened(key: str | None) -> str | None:
    return key and f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def fields(written: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(written)
    return found
