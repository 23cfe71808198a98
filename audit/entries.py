"""What an action has recorded and not written yet: it has no number and no row, and costs next to nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, MutableMapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils import uuid7

from audit.actors import Actor, ActorKind
from audit.ambient import Origin
from audit.canonical import SALT_BYTES, VERSION, link, moment, text_of, told_of_actor, told_of_target, without
from audit.events import EventKind
from audit.models import Chain, EventType

_TYPES = {
    ActorKind.STAFF: EventType.STAFF_ACTION,
    ActorKind.SYSTEM: EventType.SYSTEM_ACTION,
    ActorKind.PROVISIONING: EventType.PROVISIONING,
}


class Entry(NamedTuple):
    """One event to be; `chain` is the id of the organization (or account) that it happened in."""

    kind: EventKind
    actor: Actor
    chain: UUID
    target_id: UUID | None
    target_label: str
    before: dict[str, Any]
    after: dict[str, Any]
    batch: UUID | None
    where: Origin

    @property
    def alike(self) -> tuple[Any, ...]:
        """The same for all that have their `Shared` in common. Identities do: the entries hold on to these."""
        return (id(self.kind), id(self.actor), id(self.where), self.chain, self.batch)


class Shared(NamedTuple):
    """What events of the same kind, actor, chain, batch and origin have in common, in their rows and in their texts."""

    columns: dict[str, Any]
    text: dict[str, Any]


class Linked(NamedTuple):
    """An event with its place in the chain: the columns in which it differs from one to the next, and the others."""

    id: str
    number: int
    target_id: str | None
    target_label: str
    target_salt: bytes
    before: dict[str, Any]
    after: dict[str, Any]
    text: str
    hash: bytes
    shared: Shared


OWN = Linked._fields[:-1]


def chained(entries: Iterable[Entry], chains: MutableMapping[UUID, Chain], at: datetime) -> Iterator[Linked]:
    """Bind these to the heads of their chains, in their order; the heads move on with each."""
    alike: dict[tuple[Any, ...], Shared] = {}
    for entry in entries:
        key = entry.alike
        shared = alike.get(key)
        if shared is None:
            shared = alike[key] = _shared(entry, at)
        chain = chains[entry.chain]
        chain.length += 1
        # As texts, which is what is hashed and copied: to make objects and texts of them again costs more than hashing.
        event_id, target_id = str(uuid7()), str(entry.target_id) if entry.target_id else None
        salt = os.urandom(SALT_BYTES)
        text = _text(entry, shared, event_id, target_id, chain.length, salt)
        chain.head = link(bytes(chain.head), text)
        yield Linked(
            event_id, chain.length, target_id, entry.target_label, salt, entry.before, entry.after, text, chain.head,
            shared,
        )  # fmt: skip


def _text(entry: Entry, shared: Shared, event_id: str, target_id: str | None, number: int, salt: bytes) -> str:
    personal = entry.kind.personal
    values = {
        **shared.text,
        "id": event_id,
        "number": number,
        "target_id": target_id,
        "target": told_of_target(salt, entry.target_label, entry.before, entry.after, personal).digest,
        "before": without(entry.before, personal),
        "after": without(entry.after, personal),
    }
    return text_of(values)


def _shared(entry: Entry, at: datetime) -> Shared:
    actor, where, salt = entry.actor, entry.where, os.urandom(SALT_BYTES)
    columns = {
        "chain_id": entry.chain,
        "at": at,
        "type": _TYPES.get(actor.kind, EventType.USER_ACTION),
        "action": entry.kind.action,
        "entity": entry.kind.entity,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "actor_salt": salt,
        "on_behalf_of": actor.on_behalf_of,
        "batch": entry.batch,
        "address": where.address,
        "user_agent": where.user_agent,
        "request_id": where.request_id,
    }
    text = {
        "v": VERSION,
        "chain": str(entry.chain),
        "at": moment(at),
        "type": str(columns["type"]),
        "action": entry.kind.action,
        "entity": entry.kind.entity,
        "actor_kind": str(actor.kind),
        "actor_id": actor.id and str(actor.id),
        "actor": told_of_actor(salt, actor.label, actor.on_behalf_of, where.address, where.user_agent).digest,
        "batch": entry.batch and str(entry.batch),
        "request_id": where.request_id,
        "personal": sorted(entry.kind.personal),
    }
    return Shared(columns, text)
