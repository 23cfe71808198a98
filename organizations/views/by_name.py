"""One page of a list of people by name, found by index and not by counting."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from organizations.models import Membership
from organizations.querysets import MembershipQuerySet


@dataclass(frozen=True)
class PageByName:
    """`next_url` and `previous_url` are '' where there is no such page."""

    people: list[Membership]
    next_url: str
    previous_url: str


def page_by_name(query: QueryDict, rows: MembershipQuerySet, size: int) -> PageByName:
    """The page that the URL asks for with `after` or `before`; the others keep what else the URL says."""
    if place := _place(query, "before"):
        found = list(rows.before(*place)[: size + 1])
        page = found[:size][::-1]
        return PageByName(
            page, _url(query, "after", page[-1:]), _url(query, "before", page[:1], there=len(found) > size)
        )
    place = _place(query, "after")
    found = list((rows.after(*place) if place else rows.by_name())[: size + 1])
    page = found[:size]
    return PageByName(
        page,
        _url(query, "after", page[-1:], there=len(found) > size),
        _url(query, "before", page[:1], there=place is not None),
    )


def _url(query: QueryDict, direction: str, at: list[Membership], *, there: bool = True) -> str:
    if not at or not there:
        return ""
    asked = query.copy()
    for name in ("after", "before"):
        asked.pop(name, None)
    asked[direction] = f"{at[0].pk.hex}~{at[0].sort_name}"
    return f"?{asked.urlencode()}"


def _place(query: QueryDict, name: str) -> tuple[str, UUID] | None:
    """A place in the order by name, from the URL; one that is none is the beginning."""
    key, _, text = query.get(name, "").replace("\x00", "").partition("~")
    try:
        return text, UUID(hex=key)
    except ValueError:
        return None
