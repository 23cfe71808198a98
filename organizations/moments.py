"""Moments that a page wrote into an address or a form, and that come back from anywhere; and the ends of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from organizations.policies import FURTHEST

# A day within what Python can count, so that every time zone can say it.
_DAY = timedelta(days=1)
_FIRST = datetime.min.replace(tzinfo=UTC) + _DAY
_LAST = datetime.max.replace(tzinfo=UTC) - _DAY
_LAST_OF_DAY = time(23, 59, 59)


def read_moment(text: str) -> datetime:
    """The moment that `isoformat` made a text of, in UTC. Raises ValueError, for one that no calendar shows, too."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = "A moment has a zone."
        raise ValueError(message)
    if not _FIRST < moment < _LAST:
        message = "This moment is out of every calendar."
        raise ValueError(message)
    return moment.astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last moment of that day, in the current time zone. Raises ValidationError (`past`, `too_far`)."""
    today = timezone.localdate()
    if day < today:
        message = "That day is past. Choose one that is to come."
        raise ValidationError(message, code="past")
    if day - today >= FURTHEST:
        message = "Choose a day within the next hundred years, or none."
        raise ValidationError(message, code="too_far")
    return timezone.make_aware(datetime.combine(day, _LAST_OF_DAY))
