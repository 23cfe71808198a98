"""Sends what is due, mail by mail: claimed under a lease just before it goes, with no transaction open."""

import logging
import math
import random
import time
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mail import kinds
from mail.connections import Line
from mail.failures import failure_of
from mail.letters import Letter
from mail.models import Mail, State
from mail.querysets import MailQuerySet
from mail.rate import next_moment

logger = logging.getLogger(__name__)

# Longer than the SMTP timeout (10 s), shorter than the broker's visibility timeout (300 s).
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=30)  # and three times as long after each attempt: nine hours in all
# The server's answers to MAIL, RCPT, DATA and the text, and the text's own way there: 10 s each.
LONGEST_GIVING = timedelta(seconds=50)
LONG_WAIT = 2  # seconds, for a rate's next moment: no server is kept on the line for that


class TakenOver(Exception):
    """The lease ran out before the server was given the mail, and another worker has it."""


def send_due(seconds: float = math.inf) -> bool:
    """Send what is due until nothing is left for this worker, or this time has passed; whether nothing is left."""
    end = time.monotonic() + seconds
    with Line() as line:
        while mail := _next(line):
            send(mail, line)
            if time.monotonic() >= end:
                return False
    return True


def claim_next() -> Mail | None:
    """A mail that is due, now leased to the caller; the longest waiting first. None when nothing is due."""
    now = timezone.now()
    return Mail.objects.claim(now, now + LEASE)


def send(mail: Mail, line: Line) -> None:
    """Send a claimed mail and write down how it went. Whatever goes wrong with it stays with it."""
    if mail.attempts > MOST_ATTEMPTS:
        _fail(mail, "Roster was cut off at each attempt. Given up.")
        return
    try:
        message = kinds.build(mail.kind, mail.ids)
        if message is None:
            _settle(mail, state=State.DROPPED, reason="It was no longer wanted.")
            return
        line.send(Letter(message, mail.message_id), when_open=partial(_hold, mail))
    except TakenOver:
        _tell_taken_over(mail)
        return
    except Exception as error:  # one mail must not keep the others from leaving
        _put_off(mail, error)
        return
    _settle(mail, state=State.SENT, sent_at=timezone.now(), reason="")


def _next(line: Line) -> Mail | None:
    """The next mail, claimed when it may go: while a worker waits for its moment it holds no lease."""
    if settings.MAIL_PER_MINUTE:
        moment = next_moment() if Mail.objects.due(timezone.now()).exists() else None
        if moment is None:
            return None
        wait = (moment - timezone.now()).total_seconds()
        if wait > LONG_WAIT:
            line.close()
        time.sleep(max(wait, 0))
    return claim_next()


def _hold(mail: Mail) -> None:
    """Lengthen the lease where writing the mail or reaching the server took long. Raises TakenOver where it is lost."""
    now = timezone.now()
    assert mail.leased_until is not None  # noqa: S101 - it was claimed
    if mail.leased_until - now < LONGEST_GIVING:
        lease = now + LEASE
        if not _held(mail).update(leased_until=lease):
            raise TakenOver
        mail.leased_until = lease


def _put_off(mail: Mail, error: Exception) -> None:
    failure = failure_of(error)
    logger.warning(
        "Mail %s was not sent at attempt %d: %s", mail.id, mail.attempts, failure.reason,
        exc_info=None if failure.expected else error,
    )  # fmt: skip
    if failure.final:
        _fail(mail, failure.reason)
    elif mail.attempts >= MOST_ATTEMPTS:
        _fail(mail, f"{failure.reason} Given up after {MOST_ATTEMPTS} attempts.")
    else:
        pause = FIRST_PAUSE * 3 ** (mail.attempts - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads, hides nothing
        _settle(mail, state=State.PENDING, due_at=timezone.now() + pause, reason=failure.reason)


def _fail(mail: Mail, reason: str) -> None:
    """Give it up, and tell whoever follows its kind; both or neither. After neither it is taken up again."""
    try:
        with transaction.atomic():
            if _settle(mail, state=State.FAILED, reason=reason):
                kinds.tell(mail.kind, mail.ids, reason)
    except Exception:  # one mail must not keep the others from leaving
        logger.exception("That mail %s failed could not be written down.", mail.id)


def _settle(mail: Mail, **changes: Any) -> bool:
    """Write down how it went; whether this worker still had it."""
    if changes["state"] not in Mail.OPEN and kinds.is_told_by_row(mail.kind):
        changes["ids"] = {}
    if not _held(mail).update(leased_until=None, **changes):
        _tell_taken_over(mail)
        return False
    return True


def _held(mail: Mail) -> MailQuerySet:
    # Only who still holds the lease may say how it went: a worker that comes back late changes nothing.
    return Mail.objects.filter(id=mail.id, state=State.SENDING, leased_until=mail.leased_until)


def _tell_taken_over(mail: Mail) -> None:
    logger.warning("Mail %s was taken over by another worker in the meantime.", mail.id)
