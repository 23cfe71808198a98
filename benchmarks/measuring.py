"""Measuring pages: CPU of this process and of PostgreSQL together, the least of rounds taken in turns."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

import django

if __name__ == "__main__":
    django.setup()

import psutil
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User

ROUNDS = 15
PAGES_A_ROUND = 4


@dataclass(frozen=True)
class Cost:
    """`cpu` is in milliseconds a page, `queries` a page, `size` in bytes."""

    cpu: float
    queries: int
    size: int


def browser_of(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def slugs() -> dict[int, str]:
    """The demo's organizations by how many people they have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slug, active_members + deactivated_members FROM organizations_organization "
            "WHERE slug LIKE 'crowd-%'"
        )
        return {count: slug for slug, count in cursor.fetchall()}


def measure(asked: Mapping[str, Callable[[], object]]) -> dict[str, Cost]:
    """What each of these costs: rounds of all of them in turns, so that a busy moment falls on all alike."""
    found: dict[str, list[float]] = {name: [] for name in asked}
    facts = {}
    for name, ask in asked.items():
        ask()
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
        facts[name] = (len(queries), len(getattr(answer, "content", b"")))
    database = database_process()
    for _ in range(ROUNDS):
        for name, ask in asked.items():
            gc.collect()
            begun = cpu_of(database)
            for _ in range(PAGES_A_ROUND):
                ask()
            found[name].append((cpu_of(database) - begun) / PAGES_A_ROUND * 1000)
    return {name: Cost(_least(times), *facts[name]) for name, times in found.items()}


def _least(times: list[float]) -> float:
    """The median of the better half: what the work itself costs, not what else the machine did."""
    return median(sorted(times)[: max(1, len(times) // 2)])


def database_process() -> psutil.Process:
    """The one that serves this process's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0])


def cpu_of(database: psutil.Process) -> float:
    """Seconds that this process and that of the database have used by now."""
    return process_time() + _used_by(database)


def _used_by(other: psutil.Process) -> float:
    """To the nanosecond where the kernel says so: its usual answer counts hundredths of a second, more than a page."""
    try:
        return int(Path(f"/proc/{other.pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        times = other.cpu_times()
        return float(times.user + times.system)


def ratio(name: str, value: float, limit: float | None) -> str:
    """A line of the report: the figure, and whether it is within what was asked."""
    if limit is None:
        return f"  {name:<70} {value:8.2f}"
    return f"  {name:<70} {value:8.2f}  of {limit:.2f}  {'holds' if value <= limit else 'MISSED'}"


if __name__ == "__main__":
    print("\n".join(str(size) for size in slugs()))
