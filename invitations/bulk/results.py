"""A list as a file: the rows that want mending, or all of them with what came of each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from invitations.bulk.lists import SETTLED, has_ended
from invitations.models import Bucket, InviteList
from organizations.cells import safe

HEAD = ("email", "role", "groups", "ends", "line", "outcome", "why")


_NOT_REACHED = "Not reached"
_STOPPED = "The sending stopped before it came to this row."


def outcome(bucket: str, *, ended: bool) -> str:
    """What became of a row, in two words; `ended`: nobody sends the list any more."""
    return _NOT_REACHED if ended and bucket == Bucket.READY else str(Bucket(bucket).label)


def lines(invite_list: InviteList, *, to_fix: bool) -> Iterator[str]:
    """CSV that can be mended and uploaded again: the last three columns are read by people alone."""
    ended = has_ended(invite_list)
    rows = invite_list.rows.order_by("line")
    if to_fix:
        rows = rows.exclude(bucket__in=SETTLED if ended else [*SETTLED, Bucket.READY])
    yield _line(HEAD)
    columns = ("address", "role", "groups", "ends", "place", "bucket", "reason")
    for address, role, groups, ends, place, bucket, reason in rows.values_list(*columns).iterator(2_000):
        why = _STOPPED if ended and bucket == Bucket.READY else reason
        texts = (address, role, groups, ends, str(place), outcome(bucket, ended=ended), why)
        yield _line([safe(text) for text in texts])


def _line(cells: tuple[str, ...] | list[str]) -> str:
    kept = StringIO()
    csv.writer(kept).writerow(cells)
    return kept.getvalue()
