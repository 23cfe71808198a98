"""What was typed on the page of a list, whichever of its buttons was pressed: none of it is to be lost."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils import timezone

from invitations.models import WORDS, InviteList


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0


def rows_typed(posted: QueryDict) -> dict[int, dict[str, str]]:
    """What was typed anew, by the row's id and its column; a suggestion that was pressed counts as typed."""
    found: dict[int, dict[str, str]] = {}
    for key, text in posted.items():
        name, _, row = key.partition("-")
        if name in WORDS and isinstance(text, str):
            found.setdefault(number(row), {})[name] = text
    row, _, suggestion = posted.get("use", "").partition(":")
    if suggestion:
        found.setdefault(number(row), {})["address"] = suggestion
    return found


def words_typed(posted: QueryDict) -> list[tuple[str, str, str]]:
    """Column, word and what is to stand for it in all rows; of the one whose button was pressed also if it is empty."""
    pressed, _, said = posted.get("mend_all", "").partition(":")
    asked = {pressed: said} if said else {}
    for key, text in posted.items():
        name, _, place = key.partition("-")
        if name == "said" and isinstance(text, str) and posted.get(f"instead-{place}", "").strip("\x00 "):
            asked.setdefault(place, text)
    found = []
    for place, said in asked.items():
        column, _, word = said.replace("\x00", "").partition(":")
        if column in WORDS and word:
            found.append((column, word, posted.get(f"instead-{place}", "")))
    return found


def differs(invite_list: InviteList, wanted: dict[str, Any], groups_shown: set[str]) -> bool:
    """Whether that offer is another one than the list keeps; of the end its day counts, as the page shows no more."""
    held = invite_list
    day = timezone.localdate(held.access_ends_at) if held.access_ends_at else None
    ends = wanted["access_ends_at"]
    return (
        wanted["role"].pk != held.role_id
        or wanted["days"] != held.days
        or {group.pk.hex for group in wanted["groups"]} != groups_shown & set(held.group_ids)
        or (timezone.localdate(ends) if ends else None) != day
        or wanted["note"] != (held.note if held.organization.trusted else "")
    )
