"""Filters above a table or a log, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """`query` is the address of the page that it leads to."""

    label: str
    query: str
    current: bool = False


@dataclass(frozen=True)
class Chip:
    """One filter: on, with the query that takes it off; or off, with where its choices are, seen from the page."""

    label: str
    off: str | None = None
    choices: str = ""
