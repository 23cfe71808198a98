"""One page of the members table: found by index, or sorted from at most 1,000 who match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet, Window
from django.http import QueryDict

from organizations.member_filters import Filters
from organizations.models import GroupPlace, Organization
from team.members.orders import Order, is_indexed

ROWS = 50
MOST_SORTED = 1_000
COLUMNS = (
    "id", "user_id", "name", "email", "role_id", "owns", "sole_owner", "status", "two_factor", "last_active_at",
    "ends_at",
)  # fmt: skip


class Person(NamedTuple):
    """One row as the database gives it; models would cost more than the query."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    role_id: UUID | None
    owns: bool
    sole_owner: bool
    status: str
    two_factor: bool
    last_active_at: datetime
    ends_at: datetime | None

    @property
    def label(self) -> str:
        return self.name or self.email

    def is_active_at(self, at: datetime) -> bool:
        return self.status == "active" and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True)
class Listing:
    """`next_query` and `previous_query` are what the URL of that page adds, '' where there is none.

    `matching` is how many match where that is known; `cut` says that more match than were sorted.
    """

    people: list[Person]
    next_query: dict[str, str]
    previous_query: dict[str, str]
    matching: int | None = None
    cut: bool = False
    first: int | None = None


def list_people(query: QueryDict, filters: Filters, order: Order, organization: Organization, at: datetime) -> Listing:
    """The page that the URL asks for; a place or a page that is none is the first."""
    if is_indexed(filters):
        return _by_index(query, filters, order, organization, at)
    return _of_few(query, filters.matching(organization, at), organization, order)


def _by_index(query: QueryDict, filters: Filters, order: Order, organization: Organization, at: datetime) -> Listing:
    if filters.group:
        return _of_group(query, filters, order)
    rows = filters.people(organization, at)
    if order.column == "ends_at":
        rows = rows.filter(ends_at__isnull=False)
    place, turned = _place(query, order)
    rows = rows.order_by(*order.columns(turned=turned))
    if place:
        rows = rows.beyond(order.column, *place, backwards=order.backwards is not turned)
    found = list(rows.values_list(*COLUMNS, order.column)[: ROWS + 1])
    return _page([(Person(*row[:-1]), row[-1]) for row in found], order, place is not None, turned)


def _of_group(query: QueryDict, filters: Filters, order: Order) -> Listing:
    """By the places in the group, which carry the name that the table is ordered by."""
    place, turned = _place(query, order)
    backwards = order.backwards is not turned
    sign = "-" if backwards else ""
    rows = GroupPlace.objects.filter(group=filters.group).order_by(f"{sign}sort_name", f"{sign}membership_id")
    if place:
        rows = rows.beyond(*place, backwards=backwards)
    columns = [f"membership__{name}" for name in COLUMNS]
    found = list(rows.values_list(*columns, "sort_name")[: ROWS + 1])
    return _page([(Person(*row[:-1]), row[-1]) for row in found], order, place is not None, turned)


def _page(found: list[tuple[Person, Any]], order: Order, moved: bool, turned: bool) -> Listing:
    there = len(found) > ROWS
    found = found[:ROWS]
    if turned:
        found.reverse()
    after, before = _beside(found[-1:], order, "after"), _beside(found[:1], order, "before")
    if turned:
        return Listing([one for one, _ in found], after, before if there else {})
    return Listing([one for one, _ in found], after if there else {}, before if moved else {})


def _beside(row: list[tuple[Person, Any]], order: Order, direction: str) -> dict[str, str]:
    return {direction: f"{row[0][0].id.hex}~{order.write(row[0][1])}"} if row else {}


def _place(query: QueryDict, order: Order) -> tuple[tuple[Any, UUID] | None, bool]:
    """The place that the page begins beyond, and whether it runs backwards from there."""
    turned = "before" in query
    key, _, text = query.get("before" if turned else "after", "").replace("\x00", "").partition("~")
    try:
        return (order.read(text), UUID(hex=key)), turned
    except ValueError:
        return None, False


def _of_few(query: QueryDict, ids: QuerySet[Any, Any], organization: Organization, order: Order) -> Listing:
    """As many as can be sorted at once, in whatever order they are found; then a page of these."""
    number = max(1, int(text)) if (text := query.get("page", "1")).isdecimal() and len(text) < 4 else 1
    start = (number - 1) * ROWS
    few = organization.memberships.filter(pk__in=ids[: MOST_SORTED + 1]).annotate(matching=Window(Count("*")))
    found = list(few.order_by(*order.columns()).values_list(*COLUMNS, "matching")[start : start + ROWS])
    if not found and start:
        return _of_few(QueryDict(), ids, organization, order)
    matching = found[0][-1] if found else 0
    shown = min(matching, MOST_SORTED)
    return Listing(
        [Person(*row[:-1]) for row in found[: shown - start]],
        {"page": str(number + 1)} if start + ROWS < shown else {},
        {"page": str(number - 1)} if start else {},
        matching=shown,
        cut=matching > MOST_SORTED,
        first=start + 1 if found else None,
    )
