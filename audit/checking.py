"""Whether one event is as it was written: what every proof of events comes down to, of a chain and of a file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson

from audit.canonical import SORTED, VERSION, Told, link, only, told_of_actor, without
from audit.rows import AFTER_IDS, FIRST_ID, Row, fields

_NAMES_OF_IDS = ("id", "chain", "actor_id", "target_id", "batch")  # as the text has them, in the order of a row
_plain, _ids = itemgetter(*Row._fields[:FIRST_ID]), itemgetter(*_NAMES_OF_IDS)


def wrong_with(row: Row, previous: bytes, erased: Mapping[str, int]) -> str:
    """What is wrong with an event by itself, given the hash before it; '' where nothing is.

    `erased` says of which ids it may be gone who they were: those that it counts above zero.
    """
    if link(previous, row.text) != row.hash:
        return "does not go with the one before it: it was altered, or put in its place."
    try:
        said = orjson.loads(row.text)
        what = _unlike(said, row) or _another(said, row, erased)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        what = "its text is none of ours"
    return f"was altered: {what}." if what else ""


def _unlike(said: dict[str, Any], row: Row) -> str:
    """The first column that says something else than the text."""
    personal, ids = said["personal"], _ids(said)
    before, after = without(fields(row.before), personal), without(fields(row.after), personal)
    if (
        _plain(said) == row[:FIRST_ID]
        and (ids == row[FIRST_ID:AFTER_IDS] or tuple(map(_digits, ids)) == row[FIRST_ID:AFTER_IDS])
        and _written([said["before"], said["after"]]) == _written([before, after])
        and said["v"] == VERSION
    ):
        return ""
    columns = row._asdict() | {"before": before, "after": after, "chain": row.chain_id, "v": VERSION}
    columns |= {name: said[name] for name in _NAMES_OF_IDS if _digits(said[name]) == columns[name]}
    told = (name for name, value in said.items() if _written(columns.get(name, value)) != _written(value))
    return f"its {next(told)} is another"


def _digits(name: str | None) -> str | None:
    """An id as SQLite has it."""
    return name and name.replace("-", "")


def _written(value: Any) -> bytes:
    """What is compared: to Python a true equals 1, and 1 equals 1.0."""
    return orjson.dumps(value, option=SORTED)


def _another(said: dict[str, Any], row: Row, erased: Mapping[str, int]) -> str:
    """Whether what tells who it was is what its digests say, or was erased on purpose."""
    if row.actor_salt is None:
        if not _was(erased, said["actor_id"]) or row.actor_label or row.on_behalf_of or row.address or row.user_agent:
            return "who did it is gone, and nobody was erased"
    else:
        actor = _digest_of_actor(row.actor_salt, row.actor_label, row.on_behalf_of, row.address, row.user_agent)
        if actor != said["actor"]:
            return "who did it, or from where, is another"
    label, personal = row.target_label, said["personal"]
    parts = [only(fields(one), personal) for one in (row.before, row.after)] if personal else []
    if row.target_salt is None:
        gone = _was(erased, said["target_id"]) and not label and not any(parts)
        return "" if gone else "whom it was done to is gone, and nobody was erased"
    return "" if Told(row.target_salt, [label, *parts]).digest == said["target"] else "whom it was done to is another"


@lru_cache(maxsize=16)
def _digest_of_actor(salt: bytes, label: str, on_behalf_of: str, address: str | None, user_agent: str) -> str:
    """Those of one change have it in common, and follow each other."""
    return told_of_actor(salt, label, on_behalf_of, address, user_agent).digest


def _was(erased: Mapping[str, int], subject: str | None) -> bool:
    return subject is not None and erased[subject] > 0
