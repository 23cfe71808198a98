"""The members page at 100, 10,000, 100,000 and 1,000,000 people: first and middle pages, filters, searches."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction
from django.test import Client
from django.utils import timezone

from benchmarks.measuring import Cost, browser_of, measure, ratio, slugs
from invitations.actions.offering import invite
from organizations.models import Membership, Organization, Role
from team.members.orders import ORDERS, Order

ORDERED = {"name": "", "-name": "", "joined": "", "-joined": "", "active": "", "-active": "", "ends": "ends=yes"}
NEEDLES = ("example", "ada", "brandt 4", "fatou.lund.99", "costa", "zzz", "q", "ad")
FILTERS = (
    "role=none",
    "status=deactivated",
    "two_factor=off",
    "source=founded",
    "active=never",
    "active=90",
    "ends=yes",
)


def main() -> list[str]:
    sizes = dict(sorted(slugs().items()))
    return [line for part in (_sizes, _middle, _narrowed, _bare) for line in part(sizes)]


def _sizes(sizes: dict[int, str]) -> Iterator[str]:
    costs = measure({slug: _page(slug) for slug in sizes.values()})
    first = costs[next(iter(sizes.values()))]
    yield "Members page, 50 rows, against the smallest organization (CPU of web and PostgreSQL)"
    for size, slug in sizes.items():
        cost = costs[slug]
        limit = 1.15 if size <= 100_000 else 1.3
        yield ratio(f"{size:>9,} members: {cost.cpu:5.1f} ms", cost.cpu / first.cpu, limit)
        yield ratio(f"{size:>9,} members, queries", cost.queries, 12)
        yield ratio(f"{size:>9,} members, kB", cost.size / 1000, 60)


def _middle(sizes: dict[int, str]) -> Iterator[str]:
    largest, slug = list(sizes.items())[-1]
    yield f"The page half-way through {largest:,}, against the first of the same order"
    for key, filtered in ORDERED.items():
        place = _half_way(slug, ORDERS[key])
        first = f"order={key}&{filtered}"
        costs = measure({"first": _page(slug, first), "middle": _page(slug, f"{first}&after={place}")})
        yield ratio(f"{key}: {costs['middle'].cpu:5.1f} ms", costs["middle"].cpu / costs["first"].cpu, 1.2)


def _narrowed(sizes: dict[int, str]) -> Iterator[str]:
    largest, slug = list(sizes.items())[-1]
    asked = {"": _page(slug)}
    asked |= {f"search {needle!r}": _page(slug, f"q={needle}") for needle in NEEDLES}
    asked |= {one: _page(slug, one) for one in FILTERS}
    costs = measure(asked)
    yield f"Searches and filters in {largest:,}, against its first page"
    for name in list(asked)[1:]:
        limit = 3 if name.startswith("search") else 2
        yield ratio(f"{name}: {costs[name].cpu:5.1f} ms", costs[name].cpu / costs[""].cpu, limit)


def _bare(sizes: dict[int, str]) -> Iterator[str]:
    yield "Members page against a bare authenticated view of 5 queries and 50 rows with two links each"
    for size, slug in sizes.items():
        costs: dict[str, Cost] = measure({"bare": _page(slug, at=f"/bare/{slug}/"), "page": _page(slug)})
        said = f"{size:>9,} members: {costs['page'].cpu:5.1f} ms, bare {costs['bare'].cpu:5.1f} ms"
        yield ratio(said, costs["page"].cpu / costs["bare"].cpu, 1.5)
    with transaction.atomic():
        _invite(slug)
        costs = measure({"bare": _page(slug, at=f"/bare/{slug}/"), "page": _page(slug)})
        transaction.set_rollback(True)
    said = f"headed by ten pending, so 60 rows: {costs['page'].cpu:5.1f} ms, {costs['page'].queries} queries"
    yield ratio(said, costs["page"].cpu / costs["bare"].cpu, None)


def _invite(slug: str) -> None:
    """Ten people who have not answered head the page."""
    organization = Organization.objects.get(slug=slug)
    owner = organization.memberships.select_related("role", "organization").get(owns=True)
    role = Role.objects.of(organization).by_hand().filter(owns=False)[0]
    addresses = [f"pending{number}@{slug}.example" for number in range(10)]
    invite(actor=owner.as_actor(timezone.now()), organization=organization, addresses=addresses, role=role, days=7)


def _page(slug: str, query: str = "", at: str = "") -> Callable[[], object]:
    browser: Client = browser_of(f"owner@{slug}.example")
    path = (at or f"/o/{slug}/members/") + (f"?{query}" if query else "")

    def ask() -> object:
        response = browser.get(path)
        if response.status_code != 200:
            message = f"{path} answered {response.status_code}."
            raise RuntimeError(message)
        return response

    return ask


def _half_way(slug: str, order: Order) -> str:
    """The place in the middle of an order, found by counting: the benchmark may, the page may not."""
    rows = Membership.objects.filter(organization=Organization.objects.get(slug=slug))
    if order.column == "ends_at":
        rows = rows.filter(ends_at__isnull=False)
    key, value = rows.order_by(*order.columns()).values_list("pk", order.column)[rows.count() // 2]
    return f"{key.hex}~{order.write(value)}".replace("+", "%2B")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    print("\n".join(main()))
