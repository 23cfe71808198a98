"""Events of a chain as lines that prove themselves: a header, one line for each event, and a signed manifest.

Whoever has the file and the public key needs nothing else: `audit.file_verifying` checks it without the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain as joined
from typing import Any
from uuid import UUID

import orjson
from django.db.models import OuterRef, QuerySet, Subquery

from audit.canonical import beginning_of, moment, text_of
from audit.models import Chain, Event, Seal
from audit.sealing import public_keys, sign

AT_ONCE = 2_000
HEADER, MANIFEST = "roster.audit", "roster.audit.manifest"
FORM = 1


@dataclass(frozen=True)
class Export:
    """What goes out: these events of one chain, all between the first and the last of them where it `is_complete`.

    `about` says whose chain it is and `filter` which events these are; both are for readers and stand in the header.
    """

    chain: UUID
    rows: QuerySet[Event]
    is_complete: bool
    about: Mapping[str, Any]
    filter: Mapping[str, Any]
    at: datetime


def events_of(export: Export) -> Iterator[Sequence[Event]]:
    """The events up to the chain's present end, in order, some at a time, each with `previous`, the hash before it."""
    before = Event.objects.filter(chain_id=OuterRef("chain_id"), number=OuterRef("number") - 1)
    # What is added meanwhile would be followed for as long as the chain grows faster than it is read.
    end = Chain.objects.values_list("length", flat=True).get(pk=export.chain)
    rows = export.rows.filter(chain_id=export.chain, number__lte=end).order_by("number")
    rows, number = rows.annotate(previous=Subquery(before.values("hash")[:1])), 0
    while found := list(rows.filter(number__gt=number)[:AT_ONCE]):
        yield found
        number = found[-1].number
        if len(found) < AT_ONCE:
            return


def previous_of(event: Any) -> bytes:
    """The hash before this event of `events_of`: where that event is gone, as the seal has it that was left for it."""
    if event.previous is not None:
        return bytes(event.previous)
    if event.number == 1:
        return beginning_of(event.chain_id)
    left = Seal.objects.filter(chain_id=event.chain_id, number=event.number - 1, removed=True).first()
    return bytes(left.hash) if left else b""


def json_lines(export: Export, say: Callable[[Event], str]) -> Iterator[bytes]:
    """The file, in blocks; `say` makes the sentence of an event. Without its last line it is not whole."""
    parts = events_of(export)
    some: Sequence[Event] = next(parts, [])
    said = sha256()
    block = line_of(_header(export, some))
    said.update(block)
    yield block
    count, first, last = 0, some[0].number if some else None, None
    for events in joined([some], parts):
        block = b"".join(line_of(_values(event, say(event))) for event in events)
        said.update(block)
        count, last = count + len(events), events[-1] if events else last
        yield block
    yield line_of(_signed(export, count, first, last, said.hexdigest()))


def _header(export: Export, some: Sequence[Event]) -> dict[str, Any]:
    after = {"number": some[0].number - 1, "hash": previous_of(some[0]).hex()} if some and export.is_complete else None
    return {
        "kind": HEADER,
        "v": FORM,
        "organization": export.about,
        "chain": str(export.chain),
        "complete": export.is_complete,
        "after": after,
        "filter": export.filter,
        "exported_at": moment(export.at),
    }


def _values(event: Event, sentence: str) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": moment(event.at),
        "sentence": sentence,
        "type": event.type,
        "action": event.action,
        "entity": event.entity,
        "id": event.id,
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id,
        "actor_label": event.actor_label,
        "on_behalf_of": event.on_behalf_of,
        "address": event.address,
        "user_agent": event.user_agent,
        "actor_salt": event.actor_salt and bytes(event.actor_salt).hex(),
        "target_id": event.target_id,
        "target_label": event.target_label,
        "target_salt": event.target_salt and bytes(event.target_salt).hex(),
        "before": event.before,
        "after": event.after,
        "batch": event.batch,
        "request_id": event.request_id,
        "previous": previous_of(event).hex(),
        "hash": bytes(event.hash).hex(),
        "text": event.text,
    }


def _signed(export: Export, count: int, first: int | None, last: Event | None, digest: str) -> dict[str, Any]:
    manifest = {
        "kind": MANIFEST,
        "v": FORM,
        "chain": str(export.chain),
        "complete": export.is_complete,
        "count": count,
        "first": first,
        "last": last and last.number,
        "hash": last and bytes(last.hash).hex(),
        "sha256": digest,
        "key": public_keys()[0],
    }
    _, signature = sign(text_of(manifest))
    return manifest | {"signature": signature}


def line_of(values: Mapping[str, Any]) -> bytes:
    """As every line of the file is written."""
    return orjson.dumps(values) + b"\n"
