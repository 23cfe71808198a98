"""A list as a file: the rows that want mending, or all of them with what came of each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from invitations.bulk.lists import SETTLED
from invitations.models import Bucket, InviteList
from organizations.cells import safe

HEAD = ("email", "role", "groups", "ends", "line", "outcome", "why")


def lines(invite_list: InviteList, *, to_fix: bool) -> Iterator[str]:
    """CSV that can be mended and uploaded again: the last three columns are read by people alone."""
    rows = invite_list.rows.order_by("line")
    if to_fix:
        rows = rows.exclude(bucket__in=[*SETTLED, Bucket.READY])
    yield _line(HEAD)
    columns = ("address", "role", "groups", "ends", "place", "bucket", "reason")
    for address, role, groups, ends, place, bucket, reason in rows.values_list(*columns).iterator(2_000):
        texts = (address, role, groups, ends, str(place), Bucket(bucket).label, reason)
        yield _line([safe(text) for text in texts])


def _line(cells: tuple[str, ...] | list[str]) -> str:
    kept = StringIO()
    csv.writer(kept).writerow(cells)
    return kept.getvalue()
