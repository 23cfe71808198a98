"""How a mail gets on its way: a row in the transaction of the change that it tells of, then a nudge, which may fail."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import uuid_utils
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from jobs import nudging
from jobs.copying import as_text, copy_lines, line, pays
from mail import kinds
from mail.models import Mail, State

MAILS_PER_NUDGE = 50
MOST_NUDGES = 4
_KEYS_AT_ONCE = 10_000


class NewMail(NamedTuple):
    """A mail to be sent: `key` names what may be told only once, `ids` what it is written from; None is due now."""

    kind: str
    key: str
    ids: dict[str, str]
    due_at: datetime | None = None


def enqueue(kind: str, key: str, ids: dict[str, str]) -> None:
    """Put one mail into the outbox; a key that is there already changes nothing."""
    enqueue_many([NewMail(kind, key, ids)])


def enqueue_many(mails: Sequence[NewMail]) -> None:
    """Put these mails into the outbox at once. Raises RuntimeError outside a transaction."""
    _demand_transaction()
    if mails:
        now = timezone.now()
        Mail.objects.bulk_create([_row(mail, now) for mail in mails], ignore_conflicts=True, batch_size=500)
        _nudge_on_commit(len(mails))


def enqueue_new(mails: Iterable[NewMail], number: int) -> None:
    """The same of so many whose keys cannot be there yet: each names something that was made in this transaction.

    They may be made as they are written.
    """
    if not pays(number):
        enqueue_many(list(mails))
        return
    _demand_transaction()
    _copy(mails, timezone.now())
    _nudge_on_commit(number)


def latest(keys: Iterable[str]) -> dict[str, Mail]:
    """The mails with these keys, by key, as they stand now."""
    return {mail.key: mail for mail in Mail.objects.filter(key__in=set(keys))}


def put_since(keys: Iterable[str], since: datetime) -> set[str]:
    """Those of the keys whose mails were put into the outbox after that, whatever became of them."""
    wanted, found = list(keys), set()
    for at in range(0, len(wanted), _KEYS_AT_ONCE):
        some = Mail.objects.filter(key__in=wanted[at : at + _KEYS_AT_ONCE], created_at__gt=since)
        found |= set(some.values_list("key", flat=True))
    return found


def try_again(mail: Mail, *, by: object = None) -> bool:
    """Put a failed mail back into the outbox with all its attempts; whether it was a failed one.

    `by`: who asks for it, for those who follow the mail.
    """
    with transaction.atomic():
        changed = Mail.objects.filter(pk=mail.pk, state=State.FAILED).update(
            state=State.PENDING, attempts=0, due_at=timezone.now(), reason=""
        )
        if changed:
            kinds.tell(mail.kind, mail.ids, "", by)
            transaction.on_commit(lambda: nudge(), robust=True)
    return bool(changed)


def nudge(mails: int = 1) -> None:
    """Tell the workers that there is mail. Only a hint: when the broker is away, the sweep finds it."""
    nudging.nudge("mail.send_due", min(-(-mails // MAILS_PER_NUDGE), MOST_NUDGES))


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        problem = "A mail goes into the outbox in the transaction of the change that it tells of."
        raise RuntimeError(problem)


def _nudge_on_commit(mails: int) -> None:
    transaction.on_commit(lambda: nudge(mails), robust=True)


def _row(mail: NewMail, now: datetime) -> Mail:
    row_id = uuid7()
    return Mail(
        id=row_id,
        key=mail.key,
        kind=mail.kind,
        ids=mail.ids,
        message_id=f"<{row_id}@{settings.MAIL_DOMAIN}>",
        due_at=mail.due_at or now,
        created_at=now,
    )


def _copy(mails: Iterable[NewMail], now: datetime) -> None:
    """The rows that `_row` makes."""
    columns = ("id", "message_id", "key", "ids", "kind", "state", "attempts", "reason", "created_at", "due_at")
    copy_lines(Mail, columns, _lines(mails, now))


def _lines(mails: Iterable[NewMail], now: datetime) -> Iterator[str]:
    same: dict[tuple[str, datetime | None], str] = {}
    for mail in mails:
        alike = (mail.kind, mail.due_at)
        shared = same.get(alike)
        if shared is None:
            shared = same[alike] = line([mail.kind, State.PENDING, 0, "", now, mail.due_at or now])
        row_id = uuid_utils.uuid7()
        yield f"{row_id}\t<{row_id}@{settings.MAIL_DOMAIN}>\t{as_text(mail.key)}\t{as_text(mail.ids)}\t{shared}"
