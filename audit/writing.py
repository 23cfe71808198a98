"""Writes many events at once: by COPY where the database has it, which costs a fraction of an INSERT."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from django.db import connection

from audit.models import Event

_FEW = 20
_NULL = r"\N"
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def write(events: Sequence[Event]) -> None:
    """Numbered events, new ones, in the transaction that is open."""
    if connection.vendor != "postgresql" or len(events) < _FEW:
        Event.objects.bulk_create(events, batch_size=500)
        return
    fields = Event._meta.concrete_fields
    read = itemgetter(*(field.attname for field in fields))
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    texts: dict[int, str] = {}  # most columns of a batch hold the very same values
    known = texts.get
    rows = "".join(
        "\t".join(
            [_remembered(value, texts) if (text := known(id(value))) is None else text for value in read(vars(event))]
        )
        + "\n"
        for event in events
    )
    table = connection.ops.quote_name(Event._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        copy.write(rows)
    for event in events:
        event._state.adding = False


def _remembered(value: Any, texts: dict[int, str]) -> str:
    """`texts` goes by identity: the events hold on to the values."""
    text = texts[id(value)] = _text(value)
    return text


def _text(value: Any) -> str:
    """As COPY reads it: a tab ends a column, a line a row."""
    if value is None:
        return _NULL
    if isinstance(value, dict):
        value = json.dumps(value)
    return str(value).translate(_ESCAPED)
