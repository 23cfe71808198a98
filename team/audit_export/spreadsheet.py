"""The audit log as CSV: what a person reads of each event, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC
from io import StringIO
from typing import Any

import orjson

from audit.canonical import SORTED, moment
from audit.exporting import Export, events_of
from audit.models import Event
from organizations.cells import line_of, safe
from team.sentences import plain_sentence

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it, Excel reads names in the code page of the machine
HEADER = [
    "Number", "Time (UTC)", "Who", "In whose name", "Action", "What happened", "To whom or what", "Before", "After",
    "Type", "Address", "Browser", "Batch", "Request",
]  # fmt: skip


def csv_of(export: Export) -> Iterator[bytes]:
    """The whole file, in blocks."""
    yield BYTE_ORDER_MARK + line_of(HEADER).encode()
    for events in events_of(export):
        text = StringIO()
        csv.writer(text).writerows(map(_cells, events))
        yield text.getvalue().encode()


def said(event: Event) -> str:
    """The sentence in both kinds of file, with the days of UTC, as the times beside it are."""
    return plain_sentence(event, UTC)


def _cells(event: Event) -> list[Any]:
    return [
        event.number,
        moment(event.at),
        safe(event.actor_label),
        safe(event.on_behalf_of),
        safe(event.action),
        safe(said(event)),
        safe(event.target_label),
        safe(_fields(event.before)),
        safe(_fields(event.after)),
        event.type,
        event.address or "",
        safe(event.user_agent),
        event.batch or "",
        safe(event.request_id),
    ]


def _fields(values: dict[str, Any]) -> str:
    return orjson.dumps(values, option=SORTED).decode() if values else ""
