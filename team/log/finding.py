"""Finds the events that a page shows: by index, newest first, and never with more work than one page is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Value

from audit.models import Event
from team.log.spans import ANY_TIME, Span

ROWS = 32
LOOKED = 10_000  # events that one page looks through, where no index knows its filters all at once

# What pages show of an event; what else its row holds is not fetched.
SHOWN = (
    "id", "number", "at", "type", "action", "actor_id", "actor_label", "on_behalf_of", "target_id", "target_label",
    "before", "after", "batch", "address", "user_agent", "hash",
)  # fmt: skip

Way = tuple[Q, ...]
EVERYTHING: Way = (Q(),)


@dataclass(frozen=True)
class Sought:
    """Events of a chain. Each of `ways` is a filter: one of its conditions has to hold, and each has an index of its
    own that ends with the number. What `rest` asks has none.
    """

    chain: UUID
    ways: tuple[Way, ...] = ()
    rest: Q = field(default_factory=Q)
    span: Span = ANY_TIME

    @property
    def is_by_one_index(self) -> bool:
        """Whether one question finds a page."""
        return not self.rest and len(self.ways) < 2

    @property
    def is_everything(self) -> bool:
        return not self.ways and not self.rest and self.span == ANY_TIME

    def all(self) -> QuerySet[Event]:
        """Everything that matches, for whoever walks through all of it; a page is found by `find`."""
        rows = self.span.numbers(Event.objects.filter(chain_id=self.chain)).filter(self.span.moments, self.rest)
        for way in self.ways:
            rows = rows.filter(reduce(or_, way))
        return rows


@dataclass(frozen=True)
class Found:
    """`older` is the number before which the page after this one begins, None where there is none.

    `looked_to` is how far back was looked where that is not the beginning, and the page could not be filled. `then` is
    the batch of the event that the page after this one begins with.
    """

    events: list[Event]
    older: int | None = None
    looked_to: datetime | None = None
    then: UUID | None = None


def find(sought: Sought, before: int | None = None, *, looked: int = LOOKED, most: int | None = None) -> Found:
    """The newest numbered below `before`, as many as a page has or `most`; at most `looked` are looked through."""
    most = most or ROWS
    rows = sought.span.numbers(Event.objects.filter(chain_id=sought.chain).order_by("-number"))
    if before is not None:
        rows = rows.filter(number__lt=before)
    if sought.is_by_one_index:
        return _page(_newest(rows.filter(sought.span.moments), *sought.ways, most=most), most)
    leading, floor = _leading(rows, sought.ways, looked)
    narrowed = rows.filter(sought.span.moments, sought.rest, number__gt=floor)
    for way in sought.ways:
        if way is not leading:
            narrowed = narrowed.filter(reduce(or_, way))
    found = _newest(narrowed, leading, most=most)
    if len(found) > most:
        return _page(found, most)
    further = rows.filter(number__lte=floor).values_list("number", "at").first()
    return Found(found, further[0] + 1, further[1]) if further else Found(found)


def _newest(rows: QuerySet[Event], way: Way = EVERYTHING, *, most: int) -> list[Event]:
    """One more than is asked for; an OR would be walked event by event."""
    each = [rows.filter(condition).only(*SHOWN)[: most + 1] for condition in way]
    events = each[0] if len(each) == 1 else Event.objects.raw(*together(each))
    found = {event.number: event for event in events}
    return [found[number] for number in sorted(found, reverse=True)[: most + 1]]


def _page(found: list[Event], most: int) -> Found:
    page = found[:most]
    return Found(page, page[-1].number, then=found[most].batch) if len(found) > most else Found(page)


def _leading(rows: QuerySet[Event], ways: Sequence[Way], looked: int) -> tuple[Way, int]:
    """The filter whose events reach the furthest back, and the number down to which they are looked through."""
    if not ways:
        newest = rows.values_list("number", flat=True).first() or 0
        return EVERYTHING, max(0, newest - looked)
    floors = _floors(rows, ways, looked)
    place = floors.index(min(floors))
    return ways[place], floors[place]


def _floors(rows: QuerySet[Event], ways: Sequence[Way], looked: int) -> list[int]:
    """For each the number above which there are at most as many of each of its conditions as are looked through."""
    numbers = [
        rows.filter(condition).values_list(Value(place), "number")[looked : looked + 1]
        for place, way in enumerate(ways)
        for condition in way
    ]
    floors = [0] * len(ways)
    sql, params = together(numbers)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for place, number in cursor.fetchall():
            floors[place] = max(floors[place], number)
    return floors


def together(each: Sequence[QuerySet[Event, Any]]) -> tuple[str, list[Any]]:
    """One statement for all: Django's own `union` cannot hold limited queries on SQLite."""
    parts: list[str] = []
    params: list[Any] = []
    for place, rows in enumerate(each):
        sql, given = rows.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS part{place}")  # noqa: S608 - compiled by Django
        params.extend(given)
    return " UNION ALL ".join(parts), params
