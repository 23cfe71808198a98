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
from django.db.models import Q, QuerySet

from audit.models import Event
from team.log.spans import ANY_TIME, Span

ROWS = 32
LOOKED = 10_000  # events that one page looks through, where no index knows its filters all at once

# What pages show of an event; what else its row holds is not fetched.
SHOWN = (
    "id", "number", "at", "type", "action", "actor_id", "actor_label", "on_behalf_of", "target_id", "target_label",
    "before", "after", "batch", "address", "user_agent",
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

    def all(self) -> QuerySet[Event]:
        """Everything that matches, for whoever walks through all of it; a page is found by `find`."""
        rows = self.span.numbers(Event.objects.filter(chain_id=self.chain)).filter(self.span.moments, self.rest)
        for way in self.ways:
            rows = rows.filter(reduce(or_, way))
        return rows


@dataclass(frozen=True)
class Found:
    """`older` is the number before which the page after this one begins, None where there is none.

    `looked_to` is how far back was looked where that is not the beginning, and the page could not be filled.
    """

    events: list[Event]
    older: int | None = None
    looked_to: datetime | None = None


def find(sought: Sought, before: int | None = None, *, looked: int = LOOKED) -> Found:
    """The newest that are numbered below `before`; at most `looked` are looked through."""
    rows = sought.span.numbers(Event.objects.filter(chain_id=sought.chain).order_by("-number"))
    if before is not None:
        rows = rows.filter(number__lt=before)
    if not sought.rest and len(sought.ways) < 2:
        return _page(_newest(rows.filter(sought.span.moments), *sought.ways))
    leading, floor = _leading(rows, sought.ways, looked)
    narrowed = rows.filter(sought.span.moments, sought.rest, number__gt=floor)
    for way in sought.ways:
        if way is not leading:
            narrowed = narrowed.filter(reduce(or_, way))
    found = _newest(narrowed, leading)
    if len(found) > ROWS:
        return _page(found)
    further = rows.filter(number__lte=floor).values_list("number", "at").first()
    return Found(found, further[0] + 1, further[1]) if further else Found(found)


def _newest(rows: QuerySet[Event], way: Way = EVERYTHING) -> list[Event]:
    """One more than a page shows; an OR would be walked event by event."""
    each = [rows.filter(condition).only(*SHOWN)[: ROWS + 1] for condition in way]
    events = each[0] if len(each) == 1 else Event.objects.raw(*_together(each))
    found = {event.number: event for event in events}
    return [found[number] for number in sorted(found, reverse=True)[: ROWS + 1]]


def _page(found: list[Event]) -> Found:
    page = found[:ROWS]
    return Found(page, page[-1].number if len(found) > ROWS else None)


def _leading(rows: QuerySet[Event], ways: Sequence[Way], looked: int) -> tuple[Way, int]:
    """The filter whose events reach the furthest back, and the number down to which they are looked through."""
    if not ways:
        newest = rows.values_list("number", flat=True).first() or 0
        return EVERYTHING, max(0, newest - looked)
    floor, leading = min(((_floor(rows, way, looked), way) for way in ways), key=lambda one: one[0])
    return leading, floor


def _floor(rows: QuerySet[Event], way: Way, looked: int) -> int:
    """Above this number there are at most as many of each condition as are looked through."""
    sql, params = _together([rows.filter(condition).values("number")[looked : looked + 1] for condition in way])
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return max((number for (number,) in cursor.fetchall()), default=0)


def _together(each: Sequence[QuerySet[Event, Any]]) -> tuple[str, list[Any]]:
    """One statement for all: Django's own `union` cannot hold limited queries on SQLite."""
    parts: list[str] = []
    params: list[Any] = []
    for place, rows in enumerate(each):
        sql, given = rows.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS part{place}")  # noqa: S608 - compiled by Django
        params.extend(given)
    return " UNION ALL ".join(parts), params
