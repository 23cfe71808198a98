"""Events as the pages show them: by day, as sentences, a change to several as one, a page found by index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.devices import device
from audit.erasing import ERASED
from audit.models import Event, EventType
from team.log.finding import LOOKED, SHOWN, Sought
from team.log.folding import Folded, Stretch, fold, lay, unfolded
from team.sentences import differences, icon, sentence
from team.several import told

LATEST_READ = 100  # events that a few lines of the latest changes are made of
PARTS = 20  # events that a folded line shows when it is opened
PARTS_A_PAGE = 24  # all of them together, so that a page full of them stays small; two each at least
_TAGS: dict[str, str] = {
    EventType.STAFF_ACTION: "Staff",
    EventType.SYSTEM_ACTION: "System",
    EventType.PROVISIONING: "Provisioning",
}
_ICONS: dict[str, str] = {EventType.STAFF_ACTION: "headset", EventType.PROVISIONING: "robot"}


@dataclass(frozen=True)
class Line:
    """One event as the page shows it. `icon` is empty where a person's initials tell more."""

    event: Event
    said: SafeString
    icon: str
    differences: list[tuple[str, Any, Any]]
    is_folded: ClassVar[bool] = False

    @property
    def by(self) -> str:
        return self.event.actor_label or ERASED

    @property
    def tag(self) -> str:
        """Who is behind it where it is no person of the organization."""
        return _TAGS.get(self.event.type, "")

    @property
    def device(self) -> str:
        return device(self.event.user_agent) if self.event.user_agent else ""

    @property
    def hash(self) -> str:
        """Enough of it to compare."""
        whole = bytes(self.event.hash).hex()
        return f"{whole[:4]}…{whole[-4:]}"


@dataclass(frozen=True)
class FoldedLine(Line):
    """Several events of one change; `event` is the one it begins to tell of, and `parts` the newest ones."""

    is_folded: ClassVar[bool] = True
    stretch: Stretch
    parts: list[Line]

    @property
    def newest(self) -> Event:
        return self.stretch.events[0]

    @property
    def oldest(self) -> Event:
        """Of those that were fetched."""
        return self.stretch.events[-1]

    @property
    def address(self) -> str | None:
        """Where all came from, as far as they were fetched."""
        addresses = {event.address for event in self.stretch.events}
        return self.event.address if len(addresses) == 1 else None


@dataclass(frozen=True)
class EventPage:
    """`next_page` is the number before which the older events are, None where there are none; `next_query` asks for it.

    `query` is what else the URL says, and `one_change` whether it asks for the events of one batch, which are not
    folded. `looked_to` is how far back was looked for what matches, where there is more to look through.
    """

    days: list[tuple[date, list[Line]]]
    next_page: int | None
    next_query: str
    is_first_page: bool
    query: str = ""
    one_change: bool = False
    looked_to: datetime | None = None
    looked_at: int = LOOKED


def page_of(
    sought: Sought | None, query: QueryDict, *, untold: Collection[str] = (), kept: Sequence[tuple[str, str]] = ()
) -> EventPage:
    """Of one chain, newest first: the page that the URL asks for with `before`; empty where nothing can be sought.

    `untold` are fields of the events whose changes the reader may not know of, `kept` what else the URL says. With
    `batch` it is of one change alone; whoever reads it as a filter has it in `kept`.
    """
    place, batch = _place(query), _batch(query)
    if sought and batch and "batch" not in dict(kept):
        sought = replace(sought, ways=(*sought.ways, (Q(batch=batch),)))
        kept = [*kept, ("batch", batch.hex)]
    found = (unfolded(sought, place) if batch else fold(sought, place)) if sought else Folded()
    lines = _lines(found.stretches, untold)
    return EventPage(
        days=[(day, list(some)) for day, some in groupby(lines, key=_day)],
        next_page=found.older,
        next_query=urlencode([*kept, ("before", found.older)]) if found.older else "",
        is_first_page=place is None,
        query=urlencode(kept),
        one_change=batch is not None,
        looked_to=found.looked_to,
    )


def latest_lines(events: QuerySet[Event], most: int) -> list[Line]:
    """The newest of these events as that many lines; a change to several that goes on further back says "more than"."""
    found = list(events.order_by("-number").only(*SHOWN)[: LATEST_READ + 1])
    stretches: list[Stretch] = []
    lay(stretches, found)
    if len(found) > LATEST_READ:
        stretches[-1].more = True
    return [_folded(one, 0, ()) if len(one.events) > 1 else _line(one.events[0], ()) for one in stretches[:most]]


def _lines(stretches: Sequence[Stretch], untold: Collection[str]) -> list[Line]:
    folded = sum(len(one.events) > 1 for one in stretches)
    parts = min(PARTS, max(2, PARTS_A_PAGE // folded)) if folded else 0
    return [_folded(one, parts, untold) if len(one.events) > 1 else _line(one.events[0], untold) for one in stretches]


def _line(event: Event, untold: Collection[str]) -> Line:
    return Line(event, sentence(event), _icon(event), differences(event, untold))


def _folded(one: Stretch, parts: int, untold: Collection[str]) -> FoldedLine:
    both = told(one.events, cut=one.more or len(one.events) < one.number, untold=untold)
    shown = [_line(event, untold) for event in one.events[:parts]]
    return FoldedLine(both.leading, both.said, _icon(both.leading), [], one, shown)


def _icon(event: Event) -> str:
    """What did it, where that was no person whose name is known; of what Roster does, what it did."""
    by_somebody = event.type == EventType.USER_ACTION and event.actor_label
    return "" if by_somebody else _ICONS.get(event.type) or icon(event)


def _day(line: Line) -> date:
    return timezone.localdate((line.newest if isinstance(line, FoldedLine) else line.event).at)


def _place(query: QueryDict) -> int | None:
    """The number before which the page begins; one that is none is the beginning."""
    typed = query.get("before", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def _batch(query: QueryDict) -> UUID | None:
    """What is none asks for nothing; the log itself says so."""
    try:
        return UUID(hex=query.get("batch", "").strip())
    except ValueError:
        return None
