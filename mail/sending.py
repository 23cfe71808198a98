"""Sends what is due: one mail at a time, claimed under a lease, with no transaction open."""

import logging
import math
import random
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.utils import timezone

from mail import kinds
from mail.failures import failure_of
from mail.kinds import Message
from mail.models import Mail, State

logger = logging.getLogger(__name__)

# Longer than the SMTP timeout (10 s), shorter than the broker's visibility timeout (300 s).
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=30)  # and three times as long after each attempt: nine hours in all
LOOK_AHEAD = 20


def send_due(seconds: float = math.inf) -> bool:
    """Send what is due until nothing is left, or this time has passed; whether nothing is left."""
    end = time.monotonic() + seconds
    while mail := claim_next():
        send(mail)
        if time.monotonic() >= end:
            return False
    return True


def claim_next() -> Mail | None:
    """A mail that is due, now leased to the caller; the longest waiting first. None when nothing is due."""
    now = timezone.now()
    waiting = Mail.objects.due(now).order_by("due_at", "id").values_list("id", flat=True)
    while ids := list(waiting[:LOOK_AHEAD]):
        for mail_id in ids:
            if mail := _claim(mail_id, now):
                return mail
    return None


def send(mail: Mail) -> None:
    """Send a claimed mail and write down how it went. Whatever goes wrong with it stays with it."""
    if mail.attempts > MOST_ATTEMPTS:
        _settle(mail, state=State.FAILED, reason="Roster was cut off at each attempt. Given up.")
        return
    try:
        message = kinds.build(mail.kind, mail.ids)
        if message is None:
            _settle(mail, state=State.DROPPED, reason="It was no longer wanted.")
            return
        _post(message, mail.message_id)
    except Exception as error:  # one mail must not keep the others from leaving
        _put_off(mail, error)
        return
    _settle(mail, state=State.SENT, sent_at=timezone.now(), reason="")


def _claim(mail_id: UUID, now: datetime) -> Mail | None:
    # One conditional UPDATE decides between workers on either database; SQLite ignores select_for_update.
    lease = now + LEASE
    claim = Mail.objects.due(now).filter(id=mail_id)
    if not claim.update(state=State.SENDING, leased_until=lease, attempts=F("attempts") + 1):
        return None
    return Mail.objects.filter(id=mail_id, leased_until=lease).first()


def _post(message: Message, message_id: str) -> None:
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        to=[message.to],
        headers={"Auto-Submitted": "auto-generated", **message.headers, "Message-ID": message_id},
    )
    email.attach_alternative(message.html, "text/html")
    email.message()  # refuses a bad header before a connection is made
    get_connection().send_messages([email])


def _put_off(mail: Mail, error: Exception) -> None:
    failure = failure_of(error)
    logger.warning(
        "Mail %s was not sent at attempt %d: %s", mail.id, mail.attempts, failure.reason,
        exc_info=None if failure.expected else error,
    )  # fmt: skip
    if failure.final:
        _settle(mail, state=State.FAILED, reason=failure.reason)
    elif mail.attempts >= MOST_ATTEMPTS:
        _settle(mail, state=State.FAILED, reason=f"{failure.reason} Given up after {MOST_ATTEMPTS} attempts.")
    else:
        pause = FIRST_PAUSE * 3 ** (mail.attempts - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads, hides nothing
        _settle(mail, state=State.PENDING, due_at=timezone.now() + pause, reason=failure.reason)


def _settle(mail: Mail, **changes: Any) -> None:
    # Only who still holds the lease may say how it went: a worker that comes back late changes nothing.
    held = Mail.objects.filter(id=mail.id, state=State.SENDING, leased_until=mail.leased_until)
    if not held.update(leased_until=None, **changes):
        logger.warning("Mail %s was taken over by another worker in the meantime.", mail.id)
