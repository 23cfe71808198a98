"""Writes many events at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import uuid_utils

from audit.entries import Entry
from audit.models import Event
from jobs.copying import NULL, as_text, copy_lines, pays


def write(entries: Sequence[Entry], numbers: Sequence[int], at: datetime) -> None:
    """Make events of these, each with its number in its chain, in the transaction that is open."""
    numbered = list(zip(numbers, entries, strict=True))
    if pays(len(entries)):
        _, first = numbered[0]
        columns = ("id", "number", *first.own(), *first.shared(at))  # each is named as its field
        copy_lines(Event, columns, _lines(numbered, at))
        return
    rows = [Event(number=number, **entry.own(), **entry.shared(at)) for number, entry in numbered]
    Event.objects.bulk_create(rows, batch_size=500)


def _lines(numbered: Iterable[tuple[int, Entry]], at: datetime) -> Iterator[str]:
    """A line of text for each, in the order of the columns above. What many have in common is written out once."""
    shared: dict[tuple[Any, ...], str] = {}
    said: dict[tuple[Any, ...], str] = {}
    for number, one in numbered:
        key = (id(one.kind), id(one.actor), id(one.where), one.chain, one.batch)  # the entries hold on to these
        rest = shared.get(key)
        if rest is None:
            rest = shared[key] = "\t".join(map(as_text, one.shared(at).values()))
        target = NULL if one.target_id is None else one.target_id
        changed = _changed(one, said)
        yield f"{uuid_utils.uuid7()}\t{number}\t{target}\t{as_text(one.target_label)}\t{changed}\t{rest}\n"


def _changed(one: Entry, said: dict[tuple[Any, ...], str]) -> str:
    """Before and after, remembered in `said` where they are texts alone: a 1 would find what was said of a true."""
    key = (*one.before.items(), None, *one.after.items())
    if not all(pair is None or type(pair[1]) is str for pair in key):
        return f"{as_text(one.before)}\t{as_text(one.after)}"
    text = said.get(key)
    if text is None:
        text = said[key] = f"{as_text(one.before)}\t{as_text(one.after)}"
    return text
