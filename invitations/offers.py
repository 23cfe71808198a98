"""What is offered to one address, before it is an invitation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from organizations.models import Group, Role


class Offer(NamedTuple):
    """`address` is as somebody typed it. Name, title and phone are what the organization will keep of its person.

    `has_seat`: in the same transaction another offer was taken back for it, and it takes the seat of that one.
    """

    address: str
    role: Role
    access_ends_at: datetime | None = None
    groups: tuple[Group, ...] = ()
    name: str = ""
    job_title: str = ""
    phone: str = ""
    has_seat: bool = False


# After so many days a person who has not answered is reminded; and once more so long before the offer ends.
REMINDED_AFTER = (timedelta(days=2), timedelta(days=5))
REMINDED_BEFORE = timedelta(days=1)
_APART = timedelta(hours=12)


def next_reminder(
    sent_at: datetime, expires_at: datetime, after: datetime, *, of_its_end: bool = True
) -> datetime | None:
    """When its person is reminded next after that moment; two reminders that would come close together are one.

    Of its end only once, wherever that moves: not `of_its_end` where they were.
    """
    last = expires_at - REMINDED_BEFORE
    moments = [sent_at + days for days in REMINDED_AFTER if sent_at + days + _APART < last]
    if of_its_end and last >= sent_at + REMINDED_BEFORE:
        moments.append(last)
    return min((one for one in moments if one > after), default=None)


def open_until(wanted: datetime, access_ends_at: datetime | None) -> datetime:
    """An offer keeps no seat for access that would have ended."""
    return wanted if access_ends_at is None else min(wanted, access_ends_at)
