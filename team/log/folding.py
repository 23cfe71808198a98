"""Folds neighbouring events of one batch into one line, and goes on after the batch however long it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from audit.models import Event
from team.log.finding import EVERYTHING, LOOKED, ROWS, SHOWN, Sought, find, together
from team.log.spans import ANY_TIME

FURTHER = 200  # events that are fetched where those of a page have become too few lines
READ = 1_000  # events of a long batch that its sentence is made of


@dataclass
class Stretch:
    """Events of one batch that follow each other, or one event alone: newest first.

    It covers `number` events, or where there are `more`, more than that, down to the number `first`. Of a long one
    `events` are the newest. `is_whole`: nothing else is of the batch, as is known where everything is sought.
    """

    events: list[Event]
    number: int
    first: int
    more: bool = False
    is_long: bool = False
    is_whole: bool = False

    @property
    def batch(self) -> UUID | None:
        return self.events[0].batch

    @property
    def last(self) -> int:
        return self.events[0].number

    @property
    def follow(self) -> bool:
        """Whether nothing else has a number between its first and its last."""
        return not self.more and self.number == self.last - self.first + 1


@dataclass(frozen=True)
class Folded:
    """As `Found` is, of stretches."""

    stretches: list[Stretch] = field(default_factory=list)
    older: int | None = None
    looked_to: datetime | None = None


def unfolded(sought: Sought, before: int | None = None) -> Folded:
    """Each event by itself."""
    found = find(sought, before)
    return Folded([Stretch([event], 1, event.number) for event in found.events], found.older, found.looked_to)


def fold(sought: Sought, before: int | None = None, *, looked: int = LOOKED) -> Folded:
    """The newest below `before`: half as many lines as a page has or more, as far as a few questions find them.

    What is not of the batch is never passed over, and a line that a page ends with is not on the next one again.
    """
    stretches: list[Stretch] = []
    older, looked_to, passed = before, None, False
    for most in _rounds(sought):
        found = find(sought, older, looked=looked, most=most)
        lay(stretches, found.events)
        older, looked_to = found.older, found.looked_to
        passed = found.then is not None and found.then == stretches[-1].batch
        if passed:
            _pass_over(sought.chain, stretches[-1], looked)
            older = stretches[-1].first
        if older is None or looked_to or len(stretches) >= ROWS // 2:
            break
    if len(stretches) > ROWS:
        del stretches[ROWS:]
        older, looked_to, passed = stretches[-1].first, None, False
    if long := [one for one in stretches if one.is_long]:
        below = _read_on(sought, long)
        if passed and sought.is_by_one_index and not below:
            older = None
    if sought.is_everything:
        _find_whole(sought.chain, [one for one in stretches if one.number > 1])
    return Folded(stretches, older, looked_to)


def _rounds(sought: Sought) -> Sequence[int]:
    """How many events are fetched, and again where they make too few lines; each time a long batch is passed over.

    With several filters, and what they themselves had to ask, a second time would be more than the twelve questions
    of a page.
    """
    return (ROWS, FURTHER) if sought.is_by_one_index and sought.span == ANY_TIME else (ROWS,)


def lay(stretches: list[Stretch], events: Iterable[Event]) -> None:
    """Each event to the last stretch where it is of its batch; otherwise it begins one."""
    for event in events:
        last = stretches[-1] if stretches else None
        if last is None or event.batch is None or event.batch != last.batch:
            stretches.append(Stretch([event], 1, event.number))
            continue
        if not last.is_long:
            last.events.append(event)
        last.number += 1
        last.first = event.number


def _pass_over(chain: UUID, stretch: Stretch, looked: int) -> None:
    """To the lowest number from which on all are of this batch, of the next so many; read off the index of batches.

    Two steps of one job may have something else between them: then their numbers do not follow each other.
    """
    rows = Event.objects.filter(chain_id=chain, batch=stretch.batch)
    rows = rows.filter(number__gte=stretch.first - looked, number__lte=stretch.first)
    sql, params = rows.order_by("-number").values("number").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT MIN(number), COUNT(*) FROM (
                SELECT number, number + ROW_NUMBER() OVER (ORDER BY number DESC) AS place FROM ({sql}) AS of_batch
            ) AS placed WHERE place = %s""",  # noqa: S608 - compiled by Django
            [*params, stretch.first + 1],
        )
        first, number = cursor.fetchone()
    stretch.is_long = True
    stretch.number += number - 1
    stretch.first = first


def _read_on(sought: Sought, long: Sequence[Stretch]) -> bool:
    """Fetch of each what is said of it, and count what of it is sought; at most so many of each.

    Answers whether anything is older than all of them, where one index knows.
    """
    each = [_of(sought, one).order_by("-number").only(*SHOWN)[: READ + 1] for one in long]
    first = long[-1].first
    if sought.is_by_one_index:
        rows = Event.objects.filter(chain_id=sought.chain, number__lt=first).filter(sought.span.moments)
        rows = sought.span.numbers(rows).order_by("-number").only(*SHOWN)
        each += [rows.filter(condition)[:1] for condition in (sought.ways or (EVERYTHING,))[0]]
    found = list(Event.objects.raw(*together(each)))
    for one in long:
        events = [event for event in found if one.first <= event.number <= one.last]
        one.events = sorted(events, key=lambda event: -event.number)
        if len(events) <= READ:
            one.number = len(events)
        elif not sought.is_everything:
            one.number, one.more = READ, True
    return any(event.number < first for event in found)


def _of(sought: Sought, one: Stretch) -> QuerySet[Event]:
    return sought.all().filter(batch=one.batch, number__gte=one.first, number__lte=one.last)


def _find_whole(chain: UUID, several: Sequence[Stretch]) -> None:
    """Whether each is all of its batch, in one question that reads the ends of the index."""
    complete = {one.events[0].pk: one for one in several if one.follow}
    if not complete:
        return
    of_batch = Event.objects.filter(chain_id=chain, batch=OuterRef("batch"))
    ends = Event.objects.filter(pk__in=complete).values_list(
        "pk",
        Subquery(of_batch.order_by("number").values("number")[:1]),
        Subquery(of_batch.order_by("-number").values("number")[:1]),
    )
    for pk, lowest, highest in ends:
        one = complete[pk]
        one.is_whole = lowest == one.first and highest == one.last
