"""What the chain is made of: the text that stands for an event, and the hash that binds it to the one before.

The text names people by id and by a salted digest of whatever tells who they are. Without label and salt the text is
still whole, so that a person can be erased and the chain goes on to prove the rest. Its form never changes: events are
checked against it for as long as they are kept. A new form would be a new version beside this one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import orjson

VERSION = 1
SORTED = orjson.OPT_SORT_KEYS
SALT_BYTES = 16


class Told(NamedTuple):
    """What tells who acted, or who it was done to: it can be erased, and then its salt goes with it."""

    salt: bytes
    what: list[Any]

    @property
    def digest(self) -> str:
        return sha256(self.salt + orjson.dumps(self.what, option=SORTED)).hexdigest()


def told_of_actor(salt: bytes, label: str, on_behalf_of: str, address: str | None, user_agent: str) -> Told:
    return Told(salt, [label, on_behalf_of, address, user_agent])


def told_of_target(
    salt: bytes, label: str, before: Mapping[str, Any], after: Mapping[str, Any], personal: Collection[str]
) -> Told:
    return Told(salt, [label, *(only(fields, personal) for fields in (before, after))] if personal else [label])


def only(fields: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in names}


def without(fields: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    return {name: value for name, value in fields.items() if name not in names} if names else fields


def text_of(values: Mapping[str, Any]) -> str:
    """The text of an event from its values: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(values, option=SORTED).decode()


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def beginning_of(chain: UUID) -> bytes:
    """What the first event of a chain is bound to, so that no chain can be put in the place of another."""
    return sha256(b"roster audit chain 1 " + chain.bytes).digest()


def link(previous: bytes, text: str) -> bytes:
    """The hash of an event: of the hash before it, and of the hash of its text."""
    return sha256(previous + sha256(text.encode()).digest()).digest()
