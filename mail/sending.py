"""Sends what is due, mail by mail: claimed under a lease just before it goes, with no transaction open.

While the server takes one mail, the next is claimed and written: a server that takes its time is waited for by nobody.
"""

import math
import time
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.utils import timezone

from mail import kinds
from mail.connections import Line
from mail.letters import Letter
from mail.models import Mail, State
from mail.rate import next_moment
from mail.settling import LEASE, MOST_ATTEMPTS, TakenOver, fail, hold, mark_sent, put_off, settle, tell_taken_over
from mail.smtp import nothing

LONG_WAIT = 2  # seconds, for a rate's next moment: no server is kept on the line for that
FRESH = 1.0  # seconds for which a mail that was written says what is so; after them it is asked and written again


def send_due(seconds: float = math.inf) -> bool:
    """Send what is due until nothing is left for this worker, or this time has passed; whether nothing is left."""
    end = time.monotonic() + seconds
    with Line() as line:
        ahead = _Ahead(line, end)
        while ready := ahead.take():
            _give(*ready, line, meanwhile=ahead.look)
            if time.monotonic() >= end and not ahead.holds_one:
                return False
    return True


def claim_next() -> Mail | None:
    """A mail that is due, now leased to the caller; the longest waiting first. None when nothing is due."""
    now = timezone.now()
    return Mail.objects.claim(now, now + LEASE)


def send(mail: Mail, line: Line) -> None:
    """Send a claimed mail and write down how it went. Whatever goes wrong with it stays with it."""
    _give(mail, _written(mail), line)


def _written(mail: Mail) -> Letter | None:
    """The mail as it is to be said now. None where it will not be sent, which is written down then."""
    if mail.attempts > MOST_ATTEMPTS:
        fail(mail, "Roster was cut off at each attempt. Given up.")
        return None
    try:
        message = kinds.build(mail.kind, mail.ids)
        if message is not None:
            return Letter(message, mail.message_id)
        settle(mail, state=State.DROPPED, reason="It was no longer wanted.")
    except Exception as error:  # one mail must not keep the others from leaving
        put_off(mail, error)
    return None


def _give(mail: Mail, letter: Letter | None, line: Line, meanwhile: Callable[[], None] = nothing) -> None:
    """Give the server what was written, and write down how it went."""
    if letter is None:
        return
    try:
        line.send(letter, when_open=partial(hold, mail), meanwhile=meanwhile)
    except TakenOver:
        tell_taken_over(mail)
    except Exception as error:  # one mail must not keep the others from leaving
        put_off(mail, error)
    else:
        mark_sent(mail)


class _Ahead:
    """The mail that goes next. Where nobody waits for a rate it is looked for while the server takes the one before."""

    def __init__(self, line: Line, end: float) -> None:
        self._line, self._end = line, end
        self._found: tuple[Mail, Letter | None] | None = None
        self._written_at = 0.0
        self._error: Exception | None = None

    @property
    def holds_one(self) -> bool:
        return self._found is not None

    def look(self) -> None:
        """Claim and write it. What goes wrong is said when its turn comes: the mail under way is another."""
        if settings.MAIL_PER_MINUTE or time.monotonic() >= self._end:
            return
        try:
            if mail := claim_next():
                self._found, self._written_at = (mail, _written(mail)), time.monotonic()
        except Exception as error:
            self._error = error

    def take(self) -> tuple[Mail, Letter | None] | None:
        """It, with its letter as it is to be said now; None where nothing is due."""
        found, self._found = self._found, None
        error, self._error = self._error, None
        if error:
            raise error
        if found is None:
            mail = _next(self._line)
            return (mail, _written(mail)) if mail else None
        mail, letter = found
        if letter and time.monotonic() - self._written_at > FRESH:
            letter = _written(mail)
        return mail, letter


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
