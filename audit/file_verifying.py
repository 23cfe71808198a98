"""Proves a file of exported events by itself: no database, only the file and the public key that it was signed for.

Of a complete file it is proven that no event between its first and its last is missing or altered; of a filtered one
that each event in it is as it was written. However long the file is, that takes the same memory.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO, NoReturn
from uuid import UUID

import orjson

from audit.canonical import beginning_of, text_of
from audit.checking import wrong_with
from audit.exporting import FORM, HEADER, MANIFEST, line_of
from audit.rows import Row
from audit.sealing import is_signed_with

LONGEST = 16 * 2**20  # bytes of a line; no event is near that, and a file that is none has no lines at all
_SIGNATURE = re.compile("[0-9a-f]{128}")
_IN_FILE = [name for name in Row._fields if name != "chain_id"]


@dataclass(frozen=True)
class FileFinding:
    """What is wrong, and in which line."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"Line {self.line:,}: {self.what}"


@dataclass(frozen=True)
class Header:
    """What the first line says the file is; `after` is the number and the hash before the first event."""

    chain: UUID
    slug: str
    is_complete: bool
    after: tuple[int, bytes] | None


@dataclass
class FileVerified:
    """What became of a file; `finding` is the first thing that is wrong, None where all is as it was written.

    `erased` counts the events of which it is gone who did it, or to whom.
    """

    lines: int = 0
    header: Header | None = None
    events: int = 0
    first: int = 0
    last: int = 0
    erased: int = 0
    key: str = ""
    finding: FileFinding | None = None


class _Wrong(Exception):
    """Ends the reading of a file, with what is wrong in the line that is read."""


class _Everyone(dict[str, int]):
    """Of whom it may be gone who they were: a file cannot tell whether they were erased, but by its signature."""

    def __missing__(self, subject: str) -> int:
        return 1


EVERYONE = _Everyone()


@dataclass
class _State:
    """Where in the chain the next event is expected, and what the manifest will have to say."""

    header: Header
    number: int
    hash: bytes
    said: Any = field(default_factory=sha256)


def verify_file(file: BinaryIO, keys: Collection[str]) -> FileVerified:
    """Whether this is a whole export, as it was written and signed by one of these public keys."""
    result, state = FileVerified(), None
    try:
        for raw in _lines(file):
            result.lines += 1
            values = _values(raw)
            if state is None:
                state = _begin(values)
                result.header = state.header
            elif result.key:
                _refuse("this stands below the manifest, which is the last line of an export.")
            elif values.get("kind") == MANIFEST:
                result.key = _end(values, raw, state, result, keys)
            else:
                _go_on(values, state, result)
            state.said.update(raw)
        if not result.key:
            result.lines += 1
            _refuse("the manifest is missing: the file was cut off here. Export it again.")
    except _Wrong as wrong:
        result.finding = FileFinding(result.lines, str(wrong))
    return result


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while raw := file.readline(LONGEST):
        yield raw


def _values(raw: bytes) -> dict[str, Any]:
    if not raw.endswith(b"\n"):
        _refuse("it does not end: the file was cut off here, or is no export of Roster. Export it again.")
    try:
        values = orjson.loads(raw)
    except orjson.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        _refuse("this is no line of an export of Roster.")
    found: dict[str, Any] = values
    return found


def _begin(values: dict[str, Any]) -> _State:
    try:
        after, chain = values["after"], UUID(values["chain"])
        header = Header(
            chain=chain,
            slug=str(values["organization"]["slug"]),
            is_complete=values["complete"] is True,
            after=after and (_number(after["number"], least=0), bytes.fromhex(after["hash"])),
        )
        is_ours = values["kind"] == HEADER and values["v"] == FORM and type(values["complete"]) is bool
    except (KeyError, TypeError, ValueError, AttributeError):
        is_ours = False
    if not is_ours:
        _refuse("an export of Roster in this form does not begin so.")
    number, digest = header.after or (0, beginning_of(chain))
    if not number and digest != beginning_of(chain):
        _refuse("the log does not begin with this hash.")
    return _State(header, number, digest)


def _go_on(values: dict[str, Any], state: _State, result: FileVerified) -> None:
    try:
        row, previous = _row(values, str(state.header.chain))
    except (KeyError, TypeError, ValueError):
        _refuse("this is no event of an export of Roster.")
    if row.number <= state.number:
        _refuse(f"event {row.number:,} is out of its place: an event of a later number stands before it.")
    follows = row.number == state.number + 1
    if state.header.is_complete and not follows:
        _refuse(f"event {state.number + 1:,} is missing before event {row.number:,}.")
    if follows and previous != state.hash:
        _refuse(f"event {row.number:,} does not go with the one before it.")
    if what := wrong_with(row, previous, EVERYONE):
        _refuse(f"event {row.number:,} {what}")
    result.first, result.last = result.first or row.number, row.number
    result.events += 1
    result.erased += row.actor_salt is None or row.target_salt is None
    state.number, state.hash = row.number, row.hash


def _row(values: dict[str, Any], chain: str) -> tuple[Row, bytes]:
    """The event in the form in which those of the database are checked, and the hash before it."""
    written = {name: values[name] for name in _IN_FILE} | {
        "chain_id": chain,
        "number": _number(values["number"], least=1),
        "before": orjson.dumps(values["before"]).decode(),
        "after": orjson.dumps(values["after"]).decode(),
        "hash": bytes.fromhex(values["hash"]),
        "actor_salt": _salt(values["actor_salt"]),
        "target_salt": _salt(values["target_salt"]),
    }
    if type(values["text"]) is not str:
        raise TypeError(values["text"])
    return Row(**written), bytes.fromhex(values["previous"])


def _number(value: Any, *, least: int) -> int:
    if type(value) is not int or value < least:
        raise ValueError(value)
    return value


def _salt(digits: str | None) -> bytes | None:
    return None if digits is None else bytes.fromhex(digits)


def _end(values: dict[str, Any], raw: bytes, state: _State, result: FileVerified, keys: Collection[str]) -> str:
    """The key that it is signed with. The signature first: what the manifest says counts for nothing without it."""
    key, signature = values.get("key"), values.get("signature")
    if not isinstance(key, str) or key not in keys:
        _refuse("the manifest is signed with a key that is not ours, or not the one named by --key.")
    said = text_of({name: value for name, value in values.items() if name != "signature"})
    # The one way of writing it: other digits, spaces or a name given twice would say the same, and are not ours.
    is_as_written = isinstance(signature, str) and _SIGNATURE.fullmatch(signature) and raw == line_of(values)
    if not is_as_written or not is_signed_with(key, said, str(signature)):
        _refuse("the manifest's signature is not right: the manifest was altered, or somebody else signed it.")
    if values.get("count") != result.events:
        _refuse(f"the manifest counts {values.get('count')} events, and {result.events:,} stand above it.")
    if values.get("sha256") != state.said.hexdigest():
        _refuse("the lines above the manifest are not those that it was signed for: one of them was altered.")
    told = {
        "v": FORM,
        "chain": str(state.header.chain),
        "complete": state.header.is_complete,
        "first": result.first or None,
        "last": result.last or None,
        "hash": state.hash.hex() if result.events else None,
    }
    if text_of({name: values.get(name) for name in told}) != text_of(told):
        _refuse("the manifest is that of another file.")
    return key


def _refuse(what: str) -> NoReturn:
    raise _Wrong(what)
