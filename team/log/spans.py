"""Times as places in a chain: events are numbered in the order of their times, or nearly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone

from audit.models import Chain, Event

# An action reads its time before it waits for its place in the chain: by that much two may stand the wrong way round.
OUT_OF_ORDER = timedelta(minutes=10)


@dataclass(frozen=True)
class Span:
    """The numbers between which the events of a time stand, and a few of other times, which `moments` leaves out."""

    above: int = 0
    below: int | None = None
    moments: Q = field(default_factory=Q)

    def numbers(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        if self.above:
            rows = rows.filter(number__gt=self.above)
        return rows if self.below is None else rows.filter(number__lt=self.below)


ANY_TIME = Span()


def span(chain: UUID, since: date | None, until: date | None) -> Span:
    """From the first moment of a day to the last of another, where the reader is."""
    rows = Event.objects.filter(chain_id=chain)
    asked, moments = {}, Q()
    if since:
        begins = _midnight(since)
        moments &= Q(at__gte=begins)
        asked["above"] = rows.filter(at__lt=begins - OUT_OF_ORDER).order_by("-at")
    if until:
        ends = _midnight(until + timedelta(days=1))
        moments &= Q(at__lt=ends)
        asked["below"] = rows.filter(at__gte=ends + OUT_OF_ORDER).order_by("at")
    if not asked:
        return ANY_TIME
    each = {name: Subquery(found.values("number")[:1]) for name, found in asked.items()}
    places = Chain.objects.filter(pk=chain).values_list(*each.values()).first() or ()
    found = dict(zip(each, places, strict=False))
    return Span(found.get("above") or 0, found.get("below"), moments)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
