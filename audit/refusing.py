"""Writes down who was refused what for lack of permission, once the transaction that was refused is over.

That is when the request or the task ends (`writing_refusals_after`), whatever became of its transactions; outside of
both it is at once. Writing never fails for whoever was refused: what cannot be written is told in the log of errors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import F, QuerySet

from audit import clock
from audit.actors import Actor, ActorKind
from audit.ambient import Origin, origin
from audit.models import Purge
from audit.refused import Refused

logger = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
MORE = "more"
_MORE_REASON = "Much more was refused in this hour than is named one by one."
_BY = "refused_by"


@dataclass(frozen=True)
class Refusal:
    chain: UUID
    actor: Actor
    what: str
    reason: str
    at: datetime
    where: Origin


class NotAllowed(ValidationError):
    """A no for lack of permission that is told beside what was chosen; `why` is written down where it says more."""

    def __init__(self, message: str, code: str, why: str = "") -> None:
        super().__init__(message, code=code)
        self.why = why or message


_waiting: ContextVar[list[Refusal] | None] = ContextVar("refusals", default=None)
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


def note(*, chain: UUID, actor: Actor, what: str, reason: str) -> None:
    """Somebody was refused this permission or action in the organization (or account) of that chain."""
    if actor.kind is ActorKind.SYSTEM or _rehearsing.get():
        return  # Roster lacks no permission: what it may not do has gone
    refusal = Refusal(chain, actor, what[:80], reason[:300], clock.read(), origin())
    waiting = _waiting.get()
    if waiting is None:
        _write([refusal])
    else:
        waiting.append(refusal)


def refusals_in(error: PermissionDenied | ValidationError) -> list[PermissionDenied | NotAllowed]:
    """What of this error is for lack of permission: of ValidationErrors few are."""
    if isinstance(error, PermissionDenied):
        return [error]
    by_field = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    return [one for errors in by_field for one in errors if isinstance(one, NotAllowed)]


def reason_of(refusal: PermissionDenied | NotAllowed) -> str:
    """Why, in the sentence that is written down."""
    if isinstance(refusal, NotAllowed):
        return refusal.why
    return str(refusal.args[0]) if refusal.args else ""


def mark(refusal: PermissionDenied | NotAllowed, action: str) -> str:
    """Remember that an action refused, and which: the innermost. Answers its name."""
    name: str = refusal.__dict__.setdefault(_BY, action)
    return name


def is_of_an_action(refusal: PermissionDenied | NotAllowed) -> bool:
    """Whether an action refused, which has noted it."""
    return _BY in refusal.__dict__


@contextmanager
def rehearsing() -> Iterator[None]:
    """What is done inside is taken back and only looked at: nobody tried anything, so nothing is noted."""
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


@contextmanager
def writing_refusals_after() -> Iterator[None]:
    """What is refused inside is written at the end."""
    waiting: list[Refusal] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
        _write(waiting)


def begin_task(**kwargs: object) -> None:
    """A worker begins a task."""
    _waiting.set([])


def end_task(**kwargs: object) -> None:
    """And has ended it."""
    waiting = _waiting.get()
    _waiting.set(None)
    _write(waiting or [])


def _write(refusals: Sequence[Refusal]) -> None:
    for one in refusals:
        try:
            if connection.in_atomic_block and connection.get_rollback():
                return  # whoever holds this transaction takes it back: nothing can be written in it
            with transaction.atomic():
                _count(one)
        except Exception:
            logger.exception("A refusal in %s could not be written down.", one.chain)


def _count(one: Refusal) -> None:
    """The same again within an hour counts on the same row; of others each actor gets so many in an hour.

    What is refused to somebody who was erased meanwhile, as what they had still under way is, would name them again.
    """
    if one.actor.id and Purge.objects.filter(chain_id=one.chain, subject=one.actor.id).exists():
        return
    theirs = Refused.objects.filter(
        chain_id=one.chain, actor_id=one.actor.id, actor_kind=one.actor.kind, at__gt=one.at - HOUR
    )
    if one.actor.id is None:
        theirs = theirs.filter(actor_label=one.actor.label)
    if _again(theirs.filter(what=one.what), one.at):
        return
    if theirs.count() >= settings.REFUSALS["an_hour"] - 1:
        if _again(theirs.filter(what=MORE), one.at):
            return
        one = replace(one, what=MORE, reason=_MORE_REASON)
    Refused.objects.create(
        chain_id=one.chain,
        at=one.at,
        last_at=one.at,
        actor_kind=one.actor.kind,
        actor_id=one.actor.id,
        actor_label=one.actor.label,
        what=one.what,
        reason=one.reason,
        path=one.where.path,
        address=one.where.address,
        user_agent=one.where.user_agent,
        request_id=one.where.request_id,
    )


def _again(rows: QuerySet[Refused], at: datetime) -> bool:
    """One of the rows, where there is one, says once more."""
    found = rows.values_list("pk", flat=True).first()
    return found is not None and bool(Refused.objects.filter(pk=found).update(times=F("times") + 1, last_at=at))
