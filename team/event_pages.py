"""Events as the pages show them: by day, as sentences, a page found by index and not by counting."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from accounts.devices import device
from audit.models import Event
from team.log.finding import LOOKED, Found, Sought, find
from team.sentences import differences, icon, sentence


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    event: Event
    said: str
    icon: str
    differences: list[tuple[str, Any, Any]]

    @property
    def device(self) -> str:
        return device(self.event.user_agent) if self.event.user_agent else ""


@dataclass(frozen=True)
class EventPage:
    """`next_page` is the number before which the older events are, None where there are none; `next_query` asks for it.

    `looked_to` is how far back was looked for what matches, where there is more to look through.
    """

    days: list[tuple[date, list[Line]]]
    next_page: int | None
    next_query: str
    is_first_page: bool
    looked_to: datetime | None = None
    looked_at: int = LOOKED


def page_of(
    sought: Sought | None, query: QueryDict, *, untold: Collection[str] = (), kept: Collection[tuple[str, str]] = ()
) -> EventPage:
    """Of one chain, newest first: the page that the URL asks for with `before`; empty where nothing can be sought.

    `untold` are fields of the events whose changes the reader may not know of, `kept` what else the URL says.
    """
    place = _place(query)
    found = find(sought, place) if sought else Found([])
    lines = [Line(event, sentence(event), icon(event), differences(event, untold)) for event in found.events]
    return EventPage(
        days=[(day, list(some)) for day, some in groupby(lines, key=lambda line: timezone.localdate(line.event.at))],
        next_page=found.older,
        next_query=urlencode([*kept, ("before", found.older)]) if found.older else "",
        is_first_page=place is None,
        looked_to=found.looked_to,
    )


def _place(query: QueryDict) -> int | None:
    """The number before which the page begins; one that is none is the beginning."""
    typed = query.get("before", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
