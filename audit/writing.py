"""Writes many events at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from audit.entries import OWN, Entry, Linked, chained
from audit.models import Chain, Event
from jobs.copying import as_text, copy_lines, line, pays


def write(entries: Sequence[Entry], chains: MutableMapping[UUID, Chain], at: datetime) -> None:
    """Make events of these, in the transaction that is open; `chains` are locked, and move on with them."""
    linked = chained(entries, chains, at)
    if pays(len(entries)):
        first = next(linked)
        columns = (*OWN, *first.shared.columns)  # each is named as its field
        copy_lines(Event, columns, _lines(chain((first,), linked)))
        return
    rows = [Event(**dict(zip(OWN, one, strict=False)), **one.shared.columns) for one in linked]
    Event.objects.bulk_create(rows, batch_size=500)


def _lines(linked: Iterable[Linked]) -> Iterator[str]:
    """A line of text for each, in the order of the columns above. What many have in common is written out once."""
    shared: dict[int, str] = {}
    for *own, common in linked:
        rest = shared.get(id(common))
        if rest is None:
            rest = shared[id(common)] = line(common.columns.values())
        yield "\t".join((*map(as_text, own), rest))
