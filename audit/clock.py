"""The time that an action reads. It is now; only demo data is written as of other days."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

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
