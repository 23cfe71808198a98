"""Events as they are checked: tuples of texts, in the form of the canonical text, a part of the chain at a time.

To make objects of ids, times and fields would cost more than all that is checked of them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from psycopg import capabilities

AT_ONCE = 2_000


_COLUMNS = (
    "number", "at", "type", "action", "entity", "actor_kind", "request_id", "id", "chain_id", "actor_id", "target_id",
    "batch", "actor_salt", "actor_label", "on_behalf_of", "address", "user_agent", "target_salt", "target_label",
    "before", "after", "text", "hash",
)  # fmt: skip
# How each is asked for, where the answer would be made an object of, or is written in another form.
_OF_POSTGRESQL = {
    **{name: f"{name}::text" for name in ("id", "actor_id", "target_id", "batch", "before", "after")},
    "at": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
    "address": "host(address)",
}
_OF_SQLITE = {
    "at": "replace(at, ' ', 'T') || CASE instr(at, '.') WHEN 0 THEN '.000000' ELSE '' END || '+00:00'",
}


class Row(NamedTuple):
    """Ids, `before` and `after` are as the database writes them, everything else as in the canonical text.

    SQLite writes ids without hyphens; to put them in took it half of the time that it reads for.
    """

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


FIRST_ID, AFTER_IDS = Row._fields.index("id"), Row._fields.index("batch") + 1


def rows_of(chain_id: UUID, *, after: int, until: int) -> Generator[Row]:
    """The events of a chain between these numbers, `after` not among them, in order.

    Nothing else can be asked for over the connection until it is through, or closed.
    """
    if connection.vendor == "postgresql":
        yield from _streamed(chain_id, after, until)
        return
    query = f"{_query(_OF_SQLITE)} LIMIT {AT_ONCE}"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [chain_id.hex, after, until])
            found = cursor.fetchall()
        yield from map(Row._make, found)
        if len(found) < AT_ONCE:
            return
        after = found[-1][0]


def _streamed(chain_id: UUID, after: int, until: int) -> Iterator[Row]:
    """The driver's own way: PostgreSQL reads the next events while those that have come are checked."""
    size = AT_ONCE if capabilities.has_stream_chunked() else 1
    query = _query(_OF_POSTGRESQL | {"chain_id": f"'{chain_id}'"})  # of all that are found
    with connection.wrap_database_errors, connection.cursor() as cursor:
        yield from map(Row._make, cursor.cursor.stream(query, [chain_id, after, until], size=size))


def _query(forms: Mapping[str, str]) -> str:
    columns = ", ".join(forms.get(name, name) for name in _COLUMNS)
    return f"""SELECT {columns} FROM audit_event WHERE chain_id = %s AND number > %s AND number <= %s
        ORDER BY number"""  # noqa: S608 - made of the names above


def fields(written: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(written)
    return found
