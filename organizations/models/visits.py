"""When somebody was here last: to within five minutes, for at most one write in that time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from organizations.models.memberships import Membership

EXACT_TO = timedelta(minutes=5)
SQLITE_PATIENCE = 50  # ms, in a database where one writer holds up all others


def note_visit(membership: Membership, at: datetime) -> bool:
    """Remember that its person is here now, and answer whether that was written.

    A page never waits for it: where the row is busy, the next visit is remembered.
    """
    if membership.last_active_at > at - EXACT_TO:
        return False
    try:
        with _impatient(), transaction.atomic():
            # Asked again in the same breath, so that of two visits at once one writes.
            idle = Membership.objects.filter(pk=membership.pk, last_active_at__lte=at - EXACT_TO)
            if connection.features.has_select_for_update_skip_locked:
                free = idle.order_by().select_for_update(skip_locked=True, no_key=True).values("pk")
                idle = Membership.objects.filter(pk__in=free)
            return bool(idle.update(last_active_at=at))
    except OperationalError:
        return False


@contextmanager
def _impatient() -> Iterator[None]:
    """SQLite knows no row that is skipped; there the whole database is busy, and this gives up soon."""
    if connection.vendor != "sqlite":
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {SQLITE_PATIENCE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
