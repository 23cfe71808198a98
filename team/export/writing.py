"""The file as Python writes it, for a database that cannot."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from organizations.cells import safe
from organizations.models import NEVER
from team.export.people import Export

_ROWS = 1000


def written_out(export: Export) -> Iterator[bytes]:
    """The lines below the header, in blocks."""

    def moment(at: datetime | None) -> str:
        return "" if at is None or at == NEVER else at.astimezone(export.zone).strftime("%Y-%m-%d %H:%M")

    for some in _parts(export.invited()):
        yield _lines(
            [safe(email), "", safe(role), "Invited", "", "", "", "", moment(ends)] for email, role, ends in some
        )
    for people in _parts(export.people()):
        groups = _groups(export, [one[0] for one in people])
        yield _lines(
            [
                safe(email),
                safe(name),
                safe(role),
                _status(status, ends_at, export.at),
                safe(groups.get(key, "")),
                "On" if two_factor else "Off",
                moment(joined_at),
                moment(last_active_at),
                moment(ends_at),
            ]
            for key, email, name, role, status, two_factor, joined_at, last_active_at, ends_at in people
        )


def _parts(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    left = rows.iterator(_ROWS)
    while some := list(islice(left, _ROWS)):
        yield some


def _lines(rows: Iterable[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _status(status: str, ends_at: datetime | None, at: datetime) -> str:
    if status != "active":
        return "Deactivated"
    return "Active" if ends_at is None or at < ends_at else "Access ended"


def _groups(export: Export, people: list[UUID]) -> dict[UUID, str]:
    places = export.places()
    if places is None:
        return {}
    found: dict[UUID, list[str]] = {}
    for membership, name in places.filter(membership__in=people).values_list("membership", "group__name"):
        found.setdefault(membership, []).append(name)
    return {key: "; ".join(sorted(names, key=str.lower)) for key, names in found.items()}
