"""The time that an action reads: now, only demo data is written as of other days. And moments as events keep them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_KEPT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00")
_other_day: ContextVar[datetime | None] = ContextVar("other_day", default=None)


def read() -> datetime:
    return _other_day.get() or timezone.now()


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Actions inside happen at `moment`."""
    token = _other_day.set(moment)
    try:
        yield
    finally:
        _other_day.reset(token)


def kept_moment(value: object) -> datetime | None:
    """The moment that an event kept as text (`str()` of one in UTC); None for any other value."""
    return datetime.fromisoformat(value) if isinstance(value, str) and _KEPT.fullmatch(value) else None
