"""What makes an action one change: one transaction, one time, locks in order, its events, new tries after deadlock."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection, transaction
from uuid_utils.compat import uuid7

from audit import clock, refusing
from audit.attempts import Attempts
from audit.canonical import beginning_of
from audit.entries import Entry
from audit.models import Chain
from audit.writing import write
from jobs.locking import lock_rows

TRIES = 3
_TRY_AGAIN = {"40P01", "40001"}  # deadlock detected, could not serialize

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Act:
    """The outermost action under way: its time, what it holds locked, and what it recorded for its events."""

    now: datetime
    attempts: Attempts
    organizations: dict[UUID, Any] = field(default_factory=dict)
    users: dict[UUID, Any] = field(default_factory=dict)
    chains: dict[UUID, Chain] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)  # users who were asked for and are no more
    entries: list[Entry] = field(default_factory=list)
    written: int = 0  # so many of the entries are events already
    batch: UUID | None = None

    def lock_chains(self, ids: set[UUID]) -> None:
        """Lock the chains of these organizations or accounts, by id; a chain begins with its first event."""
        wanted = sorted(ids - self.chains.keys())
        if not wanted:
            return
        found = {chain.id: chain for chain in lock_rows(Chain, wanted)}
        if missing := [chain_id for chain_id in wanted if chain_id not in found]:
            begun = [Chain(id=chain_id, head=beginning_of(chain_id)) for chain_id in missing]
            Chain.objects.bulk_create(begun, ignore_conflicts=True)
            found |= {chain.id: chain for chain in lock_rows(Chain, missing)}
        self.chains |= found

    def remember(self) -> Callable[[], None]:
        """What puts the locked rows and the entries back as they are now: a savepoint does so in the database alone."""
        recorded, written, batch = len(self.entries), self.written, self.batch
        held: list[tuple[dict[UUID, Any], dict[UUID, Any]]] = [
            (rows, {key: (row, vars(row).copy()) for key, row in rows.items()})
            for rows in (self.organizations, self.users, self.chains)
        ]

        def put_back() -> None:
            del self.entries[recorded:]
            self.written, self.batch = written, batch
            for rows, kept in held:
                rows.clear()
                for key, (row, state) in kept.items():
                    vars(row).clear()
                    vars(row).update(state)
                    rows[key] = row

        return put_back

    def write_events(self, *, more: bool = False) -> None:
        """Bind the events to their chains in the order they were recorded and write them, with the chains' heads.

        Several are of one batch, so that whoever reads one of them finds what else was done with it. `more` are to
        come: for what has to find those in the database that are recorded so far.
        """
        if self.batch is None and (more or len(self.entries) > 1):
            self.batch = uuid7()
        fresh = self.entries[self.written :]
        if not fresh:
            return
        if self.batch is not None:
            fresh = [entry if entry.batch else entry._replace(batch=self.batch) for entry in fresh]
        touched = {entry.chain for entry in fresh}
        self.lock_chains(touched)
        write(fresh, self.chains, self.now)
        for chain_id in touched:
            chain = self.chains[chain_id]
            Chain.objects.filter(pk=chain_id).update(length=chain.length, head=chain.head)  # half of what `save` costs
        self.written = len(self.entries)


class Preparation(Protocol):
    """Locks what the arguments name (organizations by id, then users by id, then chains by id), then settles.

    Of an action that joins another it only checks that everything named is locked already.
    """

    def __call__(self, act: Act, arguments: dict[str, Any], *, joining: bool) -> None: ...


_current: ContextVar[Act | None] = ContextVar("act", default=None)
_made: list[Callable[..., Any]] = []


def current_act() -> Act:
    act = _current.get()
    if act is None:
        message = "No action is under way: what changes something is called through an action."
        raise RuntimeError(message)
    return act


def refuse(reason: str) -> None:
    """The action under way, where there is one, did not do all that was asked, for lack of permission."""
    if act := _current.get():
        act.attempts.refuse(reason)


def now() -> datetime:
    """The time that the action under way read once; outside of one, the time now."""
    act = _current.get()
    return act.now if act else clock.read()


def actions_made() -> list[Callable[..., Any]]:
    """Every action of the modules that have been imported: what changes something is one of these."""
    return list(_made)


def make_action(prepare: Preparation) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator for actions whose locks `prepare` takes."""

    def decorator(function: Callable[P, R]) -> Callable[P, R]:
        signature, name = inspect.signature(function), function.__name__.strip("_")

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            arguments = dict(signature.bind(*args, **kwargs).arguments)
            run = functools.partial(function, *args, **kwargs)
            outer = _current.get()
            if outer is not None:
                return _join(outer, prepare, arguments, run, name)
            return _begin(prepare, arguments, run, name)

        _made.append(wrapper)
        return wrapper

    return decorator


def _begin(prepare: Preparation, arguments: dict[str, Any], run: Callable[[], R], name: str) -> R:
    # Inside somebody else's transaction a deadlock has already undone their work: only they can try again.
    tries = 1 if connection.in_atomic_block else TRIES
    while True:
        tries -= 1
        act: Act | None = None
        try:
            with transaction.atomic():
                act = Act(clock.read(), Attempts([(name, arguments.get("actor"))]))
                token = _current.set(act)
                try:
                    prepare(act, arguments, joining=False)
                    result = run()
                    act.write_events()
                finally:
                    _current.reset(token)
        except (PermissionDenied, ValidationError) as refusal:
            if act is not None:
                act.attempts.refuse_for(refusal)
                act.attempts.note(act.organizations or act.users)
            raise
        except OperationalError as error:
            if not tries or getattr(error.__cause__, "sqlstate", None) not in _TRY_AGAIN:
                raise
        else:
            act.attempts.note(act.organizations or act.users)
            return result


def _join(outer: Act, prepare: Preparation, arguments: dict[str, Any], run: Callable[[], R], name: str) -> R:
    put_back = outer.remember()
    outer.attempts.under_way.append((name, arguments.get("actor")))
    try:
        with transaction.atomic():  # a savepoint: who catches a refusal finds nothing half done
            prepare(outer, arguments, joining=True)
            return run()
    except BaseException as error:
        put_back()
        if isinstance(error, (PermissionDenied, ValidationError)):
            for one in refusing.refusals_in(error):
                refusing.mark(one, name)
        raise
    finally:
        outer.attempts.under_way.pop()
