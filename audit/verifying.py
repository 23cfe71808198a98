"""Walks a chain and names the first event that is not as it was written.

Of each event the columns are compared with its text, what tells who it was with the digests in it, and its text with
the hash that binds it to the one before. However long the chain is, that takes the same memory.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from audit.canonical import beginning_of, moment
from audit.checking import wrong_with
from audit.events import PERSON_ERASED
from audit.models import Chain, Event, Purge, Seal
from audit.rows import Row, rows_of
from audit.sealing import is_genuine


@dataclass(frozen=True)
class Finding:
    """What is wrong, and with which event; `number` is 0 where it is none in particular."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"Event {self.number:,} {self.what}" if self.number else self.what


CHAIN_GONE = Finding(0, "Its chain is gone, and with it what tells whether an event is missing.")
UNNUMBERED = Finding(0, "An event was inserted before the first one.")
TRIES = 3


@dataclass(frozen=True)
class Verified:
    """`events` were looked at; `finding` is the first thing that is wrong, None where the chain is whole."""

    events: int
    finding: Finding | None = None


@dataclass
class _Expected:
    """What the chain goes on with, and what is known of it beforehand.

    `purged` is who was erased, and when. `erased` says of each of them how many of the events that tell of it are to
    come: only before one of those may it be gone who somebody was.
    """

    chain: Chain
    number: int
    previous: bytes
    seals: dict[int, bytes]
    purged: list[tuple[str, str]]
    erased: Counter[str] = field(default_factory=Counter)

    def begin(self, first: Row) -> None:
        """What was erased before the oldest event that is kept is told of by none that is."""
        self.erased.update(subject for subject, at in self.purged if at >= first.at)


def verify(chain: Chain) -> Verified:
    """Whether every event up to the chain's head is there, in its place, as it was written; it may grow meanwhile.

    What is found while somebody is erased, or old events are removed, may be no more than that; both make the chain
    longer. Then `chain` becomes what it is now, and is looked at again.
    """
    for _ in range(TRIES):
        result = _walk(chain)
        now = Chain.objects.filter(pk=chain.pk).first() if result.finding else None
        if now is None or now.length <= chain.length:
            break
        chain.length, chain.head = now.length, now.head
    return result


def _walk(chain: Chain) -> Verified:
    purges = list(Purge.objects.filter(chain_id=chain.pk).order_by("pk"))  # before the seals, which come with them
    seals = list(Seal.objects.filter(chain_id=chain.pk).order_by("number"))
    for one in seals:
        if not is_genuine(one):
            return Verified(0, Finding(one.number, "was sealed with a signature that is not ours."))
    if any(one.is_open for one in purges):
        return Verified(0, Finding(0, "A purge was left open: what it names could be changed without a trace."))
    removed = [one for one in seals if one.removed]
    # Whoever may only write rows gets past the triggers by a purge of their own, and cannot take it away again.
    unsealed = {one.last for one in purges if one.last is not None} - {one.number for one in removed}
    if unsealed:
        return Verified(
            0, Finding(0, f"A purge let events up to {min(unsealed):,} go, and no seal says that they did.")
        )
    first = removed[-1].number if removed else 0
    expected = _Expected(
        chain=chain,
        number=first,
        previous=bytes(removed[-1].hash) if removed else beginning_of(chain.pk),
        seals={one.number: bytes(one.hash) for one in seals},
        purged=[(str(one.subject), moment(one.at)) for one in purges if one.subject],
    )
    with closing(rows_of(chain.pk, after=0, until=chain.length)) as rows:
        for row in rows:
            if expected.number == first:
                expected.begin(row)
            if what := _wrong_with(row, expected):
                return Verified(expected.number - first, Finding(expected.number + 1, what))
    return Verified(expected.number - first, _wrong_at_the_end(expected))


def without_chain() -> set[UUID]:
    """Of what there are events, seals or purges and no chain: whoever walks the chains would not come upon it."""
    has_one = Exists(Chain.objects.filter(pk=OuterRef("chain_id")))
    return {
        chain_id
        for rows in (Event.objects.all(), Seal.objects.all(), Purge.objects.all())
        for chain_id in rows.filter(~has_one).order_by().values_list("chain_id", flat=True).distinct()
    }


def _wrong_at_the_end(expected: _Expected) -> Finding | None:
    chain = expected.chain
    if expected.number != chain.length:
        return Finding(expected.number + 1, "is missing: the chain ends before it.")
    if expected.previous != bytes(chain.head):
        return Finding(chain.length, "is not the one that the chain ended with.")
    if late := [number for number in expected.seals if number > chain.length]:
        return Finding(min(late), "was sealed and is gone.")
    if any(number > 0 for number in expected.erased.values()):
        return Finding(0, "Somebody was erased, and no event says so.")
    return _outside(chain)


def _outside(chain: Chain) -> Finding | None:
    """An event that pages show and no walk comes upon: before the first number, or behind the chain's present end.

    In one question, since the chain may grow meanwhile.
    """
    end = Subquery(Chain.objects.filter(pk=chain.pk).values("length"))
    rows = Event.objects.filter(Q(number=0) | Q(number__gt=end), chain_id=chain.pk)
    number = rows.order_by("number").values_list("number", flat=True).first()
    if number is None:
        return None
    return Finding(number, "was inserted: the chain does not reach so far.") if number else UNNUMBERED


def _wrong_with(row: Row, expected: _Expected) -> str:
    """What is wrong with this event; '' where nothing is, and then the one after it is expected."""
    if row.number != expected.number + 1:
        return "is missing." if row.number > expected.number + 1 else "was inserted, or should have been removed."
    if what := wrong_with(row, expected.previous, expected.erased):
        return what
    if expected.seals.get(row.number, row.hash) != row.hash:
        return "is not the one that was sealed."
    if row.action == PERSON_ERASED.action and row.target_id:
        expected.erased[str(UUID(row.target_id))] -= 1
    expected.number, expected.previous = row.number, row.hash
    return ""
