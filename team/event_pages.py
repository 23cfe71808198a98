"""Events as the pages show them: by day, as sentences, a page found by index and not by counting."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from audit.models import Event
from team.sentences import differences, icon, sentence

ROWS = 40


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    event: Event
    said: str
    icon: str
    differences: list[tuple[str, Any, Any]]


@dataclass(frozen=True)
class EventPage:
    """`next_page` is the number before which the older events are, None where there are none."""

    days: list[tuple[date, list[Line]]]
    next_page: int | None
    is_first_page: bool


def page_of(rows: QuerySet[Event], query: QueryDict, *, untold: Collection[str] = ()) -> EventPage:
    """Of one chain, newest first: the page that the URL asks for with `before`.

    `untold` are fields of the events whose changes the reader may not know of.
    """
    place = _place(query)
    rows = rows.order_by("-number")
    found = list((rows.filter(number__lt=place) if place else rows)[: ROWS + 1])
    page = found[:ROWS]
    lines = [Line(event, sentence(event), icon(event), differences(event, untold)) for event in page]
    return EventPage(
        days=[(day, list(some)) for day, some in groupby(lines, key=lambda line: timezone.localdate(line.event.at))],
        next_page=page[-1].number if len(found) > ROWS else None,
        is_first_page=place is None,
    )


def _place(query: QueryDict) -> int | None:
    """The number before which the page begins; one that is none is the beginning."""
    typed = query.get("before", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
