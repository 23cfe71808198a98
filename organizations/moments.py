"""Moments that a page wrote into an address or a form, and that come back from anywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# A day within what Python can count, so that every time zone can say it.
_DAY = timedelta(days=1)
_FIRST = datetime.min.replace(tzinfo=UTC) + _DAY
_LAST = datetime.max.replace(tzinfo=UTC) - _DAY


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
