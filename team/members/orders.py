"""The orders of the members table, and the filters with which each is found by an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from organizations.member_filters import Filters
from organizations.moments import read_moment


@dataclass(frozen=True)
class Order:
    """`key` is its name in the URL, with a minus where it runs backwards; `column` what it runs by, before the id."""

    key: str
    column: str

    @property
    def backwards(self) -> bool:
        return self.key.startswith("-")

    @property
    def opposite(self) -> Order:
        return ORDERS[self.key[1:] if self.backwards else f"-{self.key}"]

    def columns(self, *, turned: bool = False) -> list[str]:
        """What a query is ordered by; `turned` for the page before."""
        sign = "-" if self.backwards is not turned else ""
        return [f"{sign}{self.column}", f"{sign}id"]

    def read(self, text: str) -> Any:
        """The value in the column that `write` made a text of. Raises ValueError."""
        return text if self.column == "sort_name" else read_moment(text)

    def write(self, value: Any) -> str:
        return str(value) if self.column == "sort_name" else value.isoformat()


_COLUMNS = {"name": "sort_name", "joined": "joined_at", "active": "last_active_at", "ends": "ends_at"}
ORDERS = {key: Order(key, column) for name, column in _COLUMNS.items() for key in (name, f"-{name}")}

# Filters that are on together, and the orders in which an index of the membership finds their pages.
_INDEXED: dict[frozenset[str], tuple[str, ...]] = {
    frozenset(): ("name", "joined", "active"),
    frozenset({"role"}): ("name",),
    frozenset({"status"}): ("name",),
    frozenset({"group"}): ("name",),
    frozenset({"two_factor"}): ("name",),
    frozenset({"source"}): ("name",),
    frozenset({"active"}): ("active",),
    frozenset({"ends"}): ("ends",),
}
_OF_FEW = ("name", "joined", "active")


def is_indexed(filters: Filters) -> bool:
    """Whether pages are found by index; else as many people as can be sorted at once are taken, and sorted."""
    return not filters.search and filters.named in _INDEXED


def offered(filters: Filters) -> tuple[str, ...]:
    """The orders to choose from, the first one where none was chosen."""
    if is_indexed(filters):
        return _INDEXED[filters.named]
    return (*_OF_FEW, "ends") if filters.ends else _OF_FEW


def chosen(filters: Filters, key: str) -> Order:
    """The order that the URL asks for, or the first that is offered."""
    names = offered(filters)
    return ORDERS[key if key.removeprefix("-") in names and key in ORDERS else names[0]]
