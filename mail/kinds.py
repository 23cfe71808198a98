"""Kinds of mail. Each app declares its own in `ready()`; the outbox keeps only the kind and ids of what it is about."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """One mail as its reader gets it."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)


# Reads what the ids name as it stands when the mail is sent; None says that the mail is no longer wanted.
Build = Callable[[dict[str, str]], Message | None]

# Is told, in the same transaction, why a mail with these ids failed; with '' that it is on its way once more, and who
# asked for it, as those who ask and those who follow know people. None is the outbox itself.
Follow = Callable[[dict[str, str], str, object], None]

_kinds: dict[str, Build] = {}
_followed: dict[str, Follow] = {}
_told_by_rows: set[str] = set()


def register(kind: str, build: Build, *, told_by_row: bool = False) -> None:
    """Declare a kind of mail; one kind is declared once.

    `told_by_row`: it is written from its row alone, which therefore says who somebody was. What it says is kept until
    the mail has left or was given up.
    """
    if kind in _kinds:
        problem = f"The kind of mail {kind} is declared twice."
        raise ValueError(problem)
    _kinds[kind] = build
    if told_by_row:
        _told_by_rows.add(kind)


def is_told_by_row(kind: str) -> bool:
    return kind in _told_by_rows


def build(kind: str, ids: dict[str, str]) -> Message | None:
    """The message for these ids, or None when it is no longer wanted. Raises KeyError for an unknown kind."""
    return _kinds[kind](ids)


def follow(kind: str, told: Follow) -> None:
    """Have mails of this kind followed; by one only."""
    if kind in _followed:
        problem = f"The kind of mail {kind} is followed twice."
        raise ValueError(problem)
    _followed[kind] = told


def tell(kind: str, ids: dict[str, str], reason: str, by: object = None) -> None:
    """Tell whoever follows mails of that kind."""
    if kind in _followed:
        _followed[kind](ids, reason, by)
