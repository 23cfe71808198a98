"""Which events a file is asked for, and in what form: the one place where filters become a queryset of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Min, QuerySet
from django.http import QueryDict

from audit.models import Event

FORMATS = {"csv": "CSV", "jsonl": "JSON Lines"}
_FURTHEST = date(9999, 1, 1)  # a day that has a next one, in every time zone


@dataclass(frozen=True)
class Asked:
    """`rows` are of one chain; `is_complete` where they are all between the first and the last of them.

    `filter` is for the file's header, `words` for the event that says what went out.
    """

    form: str
    rows: QuerySet[Event]
    is_complete: bool
    filter: Mapping[str, Any] = field(default_factory=dict)
    words: str = "everything"


def read(query: QueryDict, rows: QuerySet[Event]) -> Asked:
    """What the address asks for: `format`, and of `rows`, all of a chain, those from `since` on and `before` a day.

    Raises ValidationError (`format`, `day`, `reversed`).
    """
    form = query.get("format", "csv")
    if form not in FORMATS:
        message = "The audit log is exported as csv or as jsonl. Choose one of them as the format."
        raise ValidationError(message, code="format")
    since, before = _day(query, "since"), _day(query, "before")
    if since and before and since >= before:
        message = f"There is no day from {since} on and before {before}. Choose a later day to end with."
        raise ValidationError(message, code="reversed")
    days = {name: day.isoformat() for name, day in (("since", since), ("before", before)) if day}
    if not days:
        return Asked(form, rows, is_complete=True)
    words = ", ".join(f"{name} {day}" for name, day in days.items())
    return Asked(form, between(rows, since, before), is_complete=True, filter=days, words=words)


def between(rows: QuerySet[Event], since: date | None, before: date | None) -> QuerySet[Event]:
    """By their numbers, so that none is left out where a clock was set back; days are those of UTC."""
    of_days = rows
    if since:
        of_days = of_days.filter(at__gte=_midnight(since))
    if before:
        of_days = of_days.filter(at__lt=_midnight(before))
    ends = of_days.order_by().aggregate(first=Min("number"), last=Max("number"))
    if ends["first"] is None:
        return rows.none()
    return rows.filter(number__gte=ends["first"], number__lte=ends["last"])


def _day(query: QueryDict, name: str) -> date | None:
    typed = query.get(name, "")
    if not typed:
        return None
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        day = None
    if day is None or len(typed) != len("2026-01-31") or not typed.isascii() or not date.min < day < _FURTHEST:
        message = f"“{name}” is a day such as 2026-01-31. Write it so, or leave it out."
        raise ValidationError(message, code="day")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
