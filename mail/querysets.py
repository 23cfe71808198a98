"""Rows of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connections, models
from django.db.models import Q

if TYPE_CHECKING:
    from mail.models import Mail


_CLAIM = """\
UPDATE mail_mail SET state = 'sending', leased_until = %s, attempts = attempts + 1
WHERE id = (
    SELECT id FROM mail_mail
    WHERE state IN ('pending', 'sending') AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
    ORDER BY due_at, id LIMIT 1 {passing}
)
RETURNING *
"""


class MailQuerySet(models.QuerySet["Mail"]):
    def open(self) -> MailQuerySet:
        """Neither sent nor given up."""
        return self.filter(state__in=self.model.OPEN)

    def due(self, now: datetime) -> MailQuerySet:
        """Those that may be taken up: their time has come and nobody holds a lease on them."""
        return self.open().filter(Q(leased_until=None) | Q(leased_until__lte=now), due_at__lte=now)

    def claim(self, now: datetime, lease: datetime) -> Mail | None:
        """Take the mail that has been due the longest, for as long as the lease says; None where nothing is due.

        One statement on either database, so that no two workers get the same row. SQLite has one writer at a time; on
        PostgreSQL a row that another worker is taking is passed over instead of waited for. Its WHERE is `due()`, with
        the states written out: SQLite uses the index of open mails only where it sees that the rows are among them.
        """
        database = connections[self.db]
        passing = "FOR UPDATE SKIP LOCKED" if database.features.has_select_for_update_skip_locked else ""
        at, until = (database.ops.adapt_datetimefield_value(moment) for moment in (now, lease))
        claimed = self.raw(_CLAIM.format(passing=passing), [until, at, at])
        return next(iter(list(claimed)), None)
