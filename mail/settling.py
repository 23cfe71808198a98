"""How a claimed mail fared, written down by who still holds its lease; nobody else may say."""

import logging
import random
import time
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from mail import kinds
from mail.failures import failure_of
from mail.models import Mail, State
from mail.querysets import MailQuerySet

logger = logging.getLogger(__name__)

# Longer than the SMTP timeout (10 s), shorter than the broker's visibility timeout (300 s).
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=30)  # and three times as long after each attempt: nine hours in all
# The server's answers to MAIL, RCPT, DATA and the text, and the text's own way there: 10 s each.
LONGEST_GIVING = timedelta(seconds=50)
DATABASE_PAUSE = 0.5  # seconds, before a database that went away is asked again


class TakenOver(Exception):
    """The lease ran out before the server was given the mail, and another worker has it."""


def hold(mail: Mail) -> None:
    """Lengthen the lease where writing the mail or reaching the server took long. Raises TakenOver where it is lost."""
    now = timezone.now()
    assert mail.leased_until is not None  # noqa: S101 - it was claimed
    if mail.leased_until - now < LONGEST_GIVING:
        lease = now + LEASE
        if not _held(mail).update(leased_until=lease):
            raise TakenOver
        mail.leased_until = lease


def mark_sent(mail: Mail) -> None:
    """Write down that the server has taken it: without this mark the mail goes to its reader a second time.

    A database that went away is asked again for as long as the lease holds.
    """
    sent_at = timezone.now()
    while True:
        try:
            if not Mail.objects.mark_sent(mail, sent_at, forget=kinds.is_told_by_row(mail.kind)):
                tell_taken_over(mail)
        except (OperationalError, InterfaceError):
            if mail.leased_until is None or timezone.now() >= mail.leased_until:
                raise
            logger.warning("Mail %s was sent, and the database does not answer: it is marked in a moment.", mail.id)
            time.sleep(DATABASE_PAUSE)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
        else:
            return


def put_off(mail: Mail, error: Exception) -> None:
    failure = failure_of(error)
    logger.warning(
        "Mail %s was not sent at attempt %d: %s", mail.id, mail.attempts, failure.reason,
        exc_info=None if failure.expected else error,
    )  # fmt: skip
    if failure.final:
        fail(mail, failure.reason)
    elif mail.attempts >= MOST_ATTEMPTS:
        fail(mail, f"{failure.reason} Given up after {MOST_ATTEMPTS} attempts.")
    else:
        pause = FIRST_PAUSE * 3 ** (mail.attempts - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads, hides nothing
        settle(mail, state=State.PENDING, due_at=timezone.now() + pause, reason=failure.reason)


def fail(mail: Mail, reason: str) -> None:
    """Give it up, and tell whoever follows its kind; both or neither. After neither it is taken up again."""
    try:
        with transaction.atomic():
            if settle(mail, state=State.FAILED, reason=reason):
                kinds.tell(mail.kind, mail.ids, reason)
    except Exception:  # one mail must not keep the others from leaving
        logger.exception("That mail %s failed could not be written down.", mail.id)


def settle(mail: Mail, **changes: Any) -> bool:
    """Write down how it went; whether this worker still had it."""
    if changes["state"] not in Mail.OPEN and kinds.is_told_by_row(mail.kind):
        changes["ids"] = {}
    if not _held(mail).update(leased_until=None, **changes):
        tell_taken_over(mail)
        return False
    return True


def _held(mail: Mail) -> MailQuerySet:
    # Only who still holds the lease may say how it went: a worker that comes back late changes nothing.
    return Mail.objects.filter(id=mail.id, state=State.SENDING, leased_until=mail.leased_until)


def tell_taken_over(mail: Mail) -> None:
    logger.warning("Mail %s was taken over by another worker in the meantime.", mail.id)
