"""How a mail gets on its way: a row in the transaction of the change that it tells of, then a nudge, which may fail."""

from collections.abc import Iterable, Sequence
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


def enqueue_many(mails: Sequence[NewMail], *, new: bool = False) -> None:
    """Put these mails into the outbox at once. Raises RuntimeError outside a transaction.

    `new`: none of the keys can be there yet, since each names something that was made in this transaction.
    """
    if not connection.in_atomic_block:
        problem = "A mail goes into the outbox in the transaction of the change that it tells of."
        raise RuntimeError(problem)
    if not mails:
        return
    now = timezone.now()
    if new and pays(len(mails)):
        _copy(mails, now)
    else:
        Mail.objects.bulk_create([_row(mail, now) for mail in mails], ignore_conflicts=True, batch_size=500)
    transaction.on_commit(lambda: nudge(len(mails)), robust=True)


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


def _copy(mails: Sequence[NewMail], now: datetime) -> None:
    """The rows that `_row` makes."""
    columns = ("kind", "state", "attempts", "reason", "created_at", "id", "message_id", "key", "ids", "due_at")
    same = {kind: line([kind, State.PENDING, 0, "", now]).rstrip("\n") for kind in {mail.kind for mail in mails}}
    copy_lines(Mail, columns, (_line(same[mail.kind], mail, now) for mail in mails))


def _line(same: str, mail: NewMail, now: datetime) -> str:
    row_id = uuid_utils.uuid7()
    ids = as_text(mail.ids)
    return f"{same}\t{row_id}\t<{row_id}@{settings.MAIL_DOMAIN}>\t{as_text(mail.key)}\t{ids}\t{mail.due_at or now}\n"
