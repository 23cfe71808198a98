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
RETURNING * {unhurried}
"""
_MARK = """\
UPDATE mail_mail SET state = 'sent', leased_until = NULL, sent_at = %s, reason = '',
    ids = CASE WHEN %s THEN '{}' ELSE ids END
WHERE id = %s AND state = 'sending' AND leased_until = %s
"""
_PASSING = "FOR UPDATE SKIP LOCKED"
_UNHURRIED = ", set_config('synchronous_commit', 'off', true) AS unhurried"


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

        PostgreSQL does not wait for the disk with it, until the end of its transaction, which is the statement. Where
        it crashes in that half second the mail is due again at once; a lease would have held it for a minute. Nothing
        is lost, and the mark that it is sent waits for the disk, with all that was written before it.
        """
        database = connections[self.db]
        on_postgres = database.vendor == "postgresql"
        statement = _CLAIM.format(passing=_PASSING if on_postgres else "", unhurried=_UNHURRIED if on_postgres else "")
        at, until = (database.ops.adapt_datetimefield_value(moment) for moment in (now, lease))
        return next(iter(list(self.raw(statement, [until, at, at]))), None)

    def mark_sent(self, mail: Mail, at: datetime, *, forget: bool) -> bool:
        """Write down that this mail was sent, where its lease is still the one that it was claimed with.

        The next mail waits for it, and to put the statement together takes longer than to ask it (decision 23).
        `forget`: with it goes what the mail was written from.
        """
        database = connections[self.db]
        sent_at, lease = (database.ops.adapt_datetimefield_value(moment) for moment in (at, mail.leased_until))
        key = self.model._meta.pk.get_db_prep_value(mail.pk, database)
        with database.cursor() as cursor:
            cursor.execute(_MARK, [sent_at, forget, key, lease])
            return bool(cursor.rowcount)
