"""What the file of 100,000 members costs, beside a view that writes what the ORM gives it, and beside a bare COPY."""

from __future__ import annotations

import gc
from time import perf_counter

import django

if __name__ == "__main__":
    django.setup()

import psutil
from django.db import connection
from django.test import Client

from benchmarks.measuring import browser_of, cpu_of, database_process, ratio, slugs

PEOPLE = 100_000
ROUNDS = 5
MOST_OF_BARE, MOST_SECONDS, MOST_MEMORY = 1.2, 0.5, 20
PLAIN = (
    "COPY (SELECT email, name, role_id, status, two_factor, joined_at, last_active_at, ends_at "
    "FROM organizations_membership WHERE organization_id = (SELECT id FROM organizations_organization WHERE slug = %s) "
    "ORDER BY sort_name, id) TO STDOUT (FORMAT csv)"
)


class Figures:
    """The least that it took, in seconds of CPU and on the clock, and the most memory above what was held before."""

    def __init__(self) -> None:
        self.cpu = self.first_byte = self.clock = float("inf")
        self.memory = 0.0
        self.size = 0


def main() -> list[str]:
    made = slugs()
    slug = made[min(made, key=lambda size: abs(size - PEOPLE))]
    browser = browser_of(f"owner@{slug}.example")
    figures = {name: Figures() for name in ("roster", "bare", "copy")}
    for _ in range(ROUNDS):
        _download(browser, f"/o/{slug}/members/export.csv", figures["roster"])
        _download(browser, f"/bare/{slug}/export.csv", figures["bare"])
        _copy(slug, figures["copy"])
    roster, bare, copy = figures["roster"], figures["bare"], figures["copy"]
    return [
        ratio("the file, in CPU of the bare view", roster.cpu / bare.cpu, MOST_OF_BARE),
        ratio("the file, on the clock, in those of the bare view", roster.clock / bare.clock, MOST_OF_BARE),
        ratio("a bare COPY, in CPU of the bare view", copy.cpu / bare.cpu, None),
        ratio("its first byte, seconds", roster.first_byte, MOST_SECONDS),
        ratio("memory while it is sent, MiB more", roster.memory, MOST_MEMORY),
        ratio("its size, MB", roster.size / 1e6, None),
        ratio("people in it a second", max(made, key=lambda size: made[size] == slug) / roster.clock, None),
    ]


def _download(browser: Client, path: str, figures: Figures) -> None:
    gc.collect()
    database, here = database_process(), psutil.Process()
    before, begun, clock = here.memory_info().rss, cpu_of(database), perf_counter()
    size, first, most = 0, 0.0, before
    for number, block in enumerate(browser.get(path).streaming_content):  # type: ignore[attr-defined]
        first = first or perf_counter() - clock
        size += len(block)
        if number % 20 == 0:
            most = max(most, here.memory_info().rss)
    _keep(figures, cpu_of(database) - begun, perf_counter() - clock)
    figures.first_byte = min(figures.first_byte, first)
    figures.memory = max(figures.memory, (most - before) / 2**20)
    figures.size = size


def _copy(slug: str, figures: Figures) -> None:
    database = database_process()
    begun, clock = cpu_of(database), perf_counter()
    with connection.cursor() as cursor, cursor.cursor.copy(PLAIN, [slug]) as rows:
        for _ in rows:
            pass
    _keep(figures, cpu_of(database) - begun, perf_counter() - clock)


def _keep(figures: Figures, cpu: float, clock: float) -> None:
    figures.cpu, figures.clock = min(figures.cpu, cpu), min(figures.clock, clock)


if __name__ == "__main__":
    print("\n".join(main()))
