"""An explanation: a yes or no, and the chain of links that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone


@dataclass(frozen=True)
class Mend:
    """Where the reader can change what a link stands on: `text` goes on a sentence that begins with "You can"."""

    text: str
    url: str


@dataclass(frozen=True)
class Link:
    """One link of the chain: `holds` is None where it is only said and decides nothing.

    It reads "`what` `code` `said`", and below, smaller, "`when` `at`. `small`"; `code` is a permission's name.
    """

    holds: bool | None
    what: str
    said: str
    code: str = ""
    small: str = ""
    when: str = ""
    at: datetime | None = None
    mends: tuple[Mend, ...] = ()

    @property
    def details(self) -> str:
        """What stands below it, as plain text."""
        day = f"{self.when} {_day(self.at)}." if self.at else ""
        return " ".join(part for part in (day, self.small) if part)

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.code, self.said) if part)


@dataclass(frozen=True)
class Explanation:
    """`allowed` is about what was asked. `in_groups`: asked about the whole organization, held in some groups alone."""

    allowed: bool
    sentence: str
    links: tuple[Link, ...]
    in_groups: bool = False

    def as_json(self) -> dict[str, Any]:
        marks = {True: "holds", False: "fails", None: "note"}
        return {
            "allowed": self.allowed,
            "sentence": self.sentence,
            "chain": [{"link": str(link), "mark": marks[link.holds], "details": link.details} for link in self.links],
        }


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y}"
