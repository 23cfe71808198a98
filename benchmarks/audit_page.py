"""The audit log's page at 10,000 and at 10,000,000 events: first, filtered, deep and searched; and what events cost.

Making ten million events takes about seven minutes and 15 GB.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter
from uuid import uuid4

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from audit.actors import Actor, ActorKind
from audit.ambient import Origin
from audit.canonical import beginning_of
from audit.entries import Entry
from audit.models import Chain, Event
from audit.writing import write
from benchmarks.audit_events import ACTION, organization_with, someone
from benchmarks.measuring import browser_of, measure, ratio
from organizations.events import ROLE_CHANGED
from organizations.models import Organization

SMALL, LARGE = 10_000, 10_000_000
WRITTEN, AT_ONCE, ROUNDS = 50_000, 500, 3
LEAST = 10_000  # events a second


def main(large: int) -> list[str]:
    small, big = organization_with(SMALL), organization_with(large)
    return [line for part in (_asked(small, big, large), _more(big), _written()) for line in part]


def _asked(small: Organization, big: Organization, large: int) -> Iterator[str]:
    yield f"The page with {large:,} events against the same page with {SMALL:,} (CPU of web and PostgreSQL)"
    pages = {
        "first page": "",
        "by person": f"person={someone().hex}",
        "by action and month": f"action={ACTION}&{_month()}",
    }
    for name, query in pages.items():
        costs = measure({"small": _page(small, query), "big": _page(big, query)})
        said = f"{name}: {costs['big'].cpu:5.1f} ms, {costs['small'].cpu:5.1f} ms, {costs['big'].queries} queries"
        yield ratio(said, costs["big"].cpu / costs["small"].cpu, 1.5)
        yield ratio(f"{name}, kB", costs["big"].size / 1000, 60)
    # A month of the small one is a third of a page: a year fills one, so that pages of one size are compared.
    month, year = f"action={ACTION}&{_month()}", f"action={ACTION}&{_year()}"
    costs = measure({"small": _page(small, year), "big": _page(big, month)})
    yield ratio("  by action and month, against as many lines", costs["big"].cpu / costs["small"].cpu, None)


def _more(big: Organization) -> Iterator[str]:
    """What else the page is asked for, against its first page."""
    newest = Event.objects.filter(chain_id=big.pk).order_by("-number")[0]
    half, name = newest.number // 2, f"person={someone().hex}"
    pages = {
        "first": "",
        "half-way": f"before={half}",
        "half-way through a person's": f"{name}&before={half}",
        "half-way through an action's": f"action={ACTION}&before={half}",
        "by kind of thing": "entity=group",
        "by staff": "type=STAFF_ACTION",
        "by people": "type=USER_ACTION",
        "by address": "source=203.0.113.7",
        "by month": _month(),
        "by batch": f"batch={Event.objects.filter(chain_id=big.pk, batch__isnull=False)[0].batch}",
        "by person, action and month": f"{name}&action={ACTION}&{_month()}",
        "by person, action and what none did": f"{name}&action=invitation.resent&type=PROVISIONING",
        "search, often found": "q=person",
        "search, never found": "q=nobody at all",
        "search in a month": f"q=4999&{_month()}",
    }
    costs = measure({name: _page(big, query) for name, query in pages.items()})
    yield "Other pages of the large one, against its first"
    for name in list(pages)[1:]:
        said = f"{name}: {costs[name].cpu:5.1f} ms, {costs[name].queries} queries"
        yield ratio(said, costs[name].cpu / costs["first"].cpu, None)


def _written() -> Iterator[str]:
    """Events of a change to many, as its job writes them, with the indexes of the page and without."""
    yield f"Writing {WRITTEN:,} events, {AT_ONCE} at once"
    indexes = [one.name for one in Event._meta.indexes if one.name != "audit_event_target"]
    rates = {"with": median(_rate([]) for _ in range(ROUNDS)), "without": median(_rate(indexes) for _ in range(ROUNDS))}
    verdict = "holds" if rates["with"] >= LEAST else "MISSED"
    yield f"  a second: {rates['with']:8,.0f}  of {LEAST:,}  {verdict}"
    yield f"  a second without the indexes of the page: {rates['without']:8,.0f}"


def _rate(without: list[str]) -> float:
    """In a chain of its own in the large table, and taken back."""
    actor = Actor(kind=ActorKind.MEMBER, label="Grace Okafor", id=uuid4())
    where, batch, chain = Origin("203.0.113.9", "Firefox/132.0", str(uuid4())), uuid4(), uuid4()
    before, after = {"role": "Member"}, {"role": "Viewer"}
    entries = [
        Entry(ROLE_CHANGED, actor, chain, uuid4(), f"Person {place}", before, after, batch, where)
        for place in range(WRITTEN)
    ]
    with transaction.atomic():
        with connection.cursor() as cursor:
            for name in without:
                cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        heads = {chain: Chain(id=chain, head=beginning_of(chain))}
        begun = perf_counter()
        for first in range(0, WRITTEN, AT_ONCE):
            write(entries[first : first + AT_ONCE], heads, timezone.now())
        taken = perf_counter() - begun
        transaction.set_rollback(True)
    return WRITTEN / taken


def _month() -> str:
    """A whole month, a year ago."""
    first = (timezone.localdate() - timedelta(days=365)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return f"since={first}&until={last}"


def _year() -> str:
    """The year that ends with that month."""
    until = (timezone.localdate() - timedelta(days=365)).replace(day=1) + timedelta(days=27)
    return f"since={until - timedelta(days=364)}&until={until}"


def _page(organization: Organization, query: str) -> Callable[[], object]:
    browser: Client = browser_of(f"owner@{organization.slug}.example")
    path = f"/o/{organization.slug}/audit/?{query}"

    def ask() -> object:
        response = browser.get(path)
        if response.status_code != 200:
            message = f"{path} answered {response.status_code}."
            raise RuntimeError(message)
        return response

    return ask


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=LARGE, help="how many the large organization has")
    print("\n".join(main(parser.parse_args().events)))
