"""What the audit trail costs: one audited change, ten thousand events at once, and verifying them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import django

if __name__ == "__main__":
    django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.actions import Act
from audit.actors import Actor, ActorKind
from audit.ambient import Origin
from audit.canonical import beginning_of
from audit.entries import Entry
from audit.models import Chain
from audit.verifying import verify
from audit.writing import write
from benchmarks.measuring import cpu_of, database_process, ratio, slugs
from organizations.actions.assigning import change_role
from organizations.events import ROLE_CHANGED
from organizations.models import Membership, Role

MANY, LONG = 10_000, 200_000
ROUNDS = 7
SQLITE = f"sqlite:///{Path(tempfile.gettempdir()) / 'roster-bench.sqlite3'}"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


def main() -> Iterator[str]:
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        yield from _many(at_least=5_000)
        return
    yield from _one_change()
    yield from _many(at_least=10_000)
    yield _beside(SQLITE)


def _beside(database: str) -> str:
    """The same in another database, by a process of its own."""
    environment = os.environ | {"DATABASE_URL": database}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.audit"]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.rstrip()


def _one_change() -> Iterator[str]:
    found = slugs()
    rows = Membership.objects.select_related("role", "organization", "user").filter(
        organization__slug=found[min(found)]
    )
    owner, member = rows.get(owns=True), rows.filter(owns=False, status="active").order_by("sort_name")[0]
    roles = Role.objects.of(owner.organization).by_hand().filter(owns=False)
    role, actor = next(one for one in roles if one.pk != member.role_id), owner.as_actor(timezone.now())

    def change() -> None:
        with transaction.atomic():
            done = change_role(actor=actor, organization=owner.organization, memberships=[member], role=role)
            assert done.done
            transaction.set_rollback(True)

    with CaptureQueriesContext(connection) as queries:
        change()
    statements = [
        one["sql"] for one in queries if not one["sql"].startswith(("BEGIN", "ROLLBACK", "SAVEPOINT", "RELEASE"))
    ]
    bare = [one for one in statements if "audit_" not in one]
    kept = Act.write_events, Act.lock_chains

    def unaudited() -> None:
        Act.write_events = Act.lock_chains = lambda *_: None  # type: ignore[method-assign, assignment]
        try:
            change()
        finally:
            Act.write_events, Act.lock_chains = kept  # type: ignore[method-assign]

    cost = _cpu(
        {"audited": change, "unaudited": unaudited, "raw": lambda: _run(statements), "raw bare": lambda: _run(bare)}
    )
    yield f"One change of a role: {1000 * cost['audited']:.2f} ms of CPU"
    yield f"  {len(statements)} statements, {len(statements) - len(bare)} of them the audit log's"
    yield ratio("audited against the same action that writes no event", cost["audited"] / cost["unaudited"], 2.5)
    yield ratio("its statements alone, with those of the audit log and without", cost["raw"] / cost["raw bare"], 2.5)


def _run(statements: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)
        transaction.set_rollback(True)


def _cpu(deeds: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Of this process and the database, in turns; the least of the rounds."""
    database = database_process()
    spent: dict[str, list[float]] = {name: [] for name in deeds}
    for _ in range(4 * ROUNDS):
        for name, deed in deeds.items():
            begun = cpu_of(database)
            for _ in range(5):
                deed()
            spent[name].append((cpu_of(database) - begun) / 5)
    return {name: min(times) for name, times in spent.items()}


def _many(*, at_least: int) -> Iterator[str]:
    yield f"On {connection.vendor}"
    seconds = [_undone(lambda chain: _write(chain, MANY)) for _ in range(ROUNDS)]
    rate = MANY / median(seconds)
    yield f"  {MANY:,} events of a batch: {rate:,.0f} a second  of {at_least:,}  {_verdict(rate >= at_least)}"
    verified: list[float] = []

    def walk(chain: Chain) -> None:
        for _ in range(LONG // MANY):
            _write(chain, MANY)
        for _ in range(3):
            begun = perf_counter()
            result = verify(chain)
            assert (result.events, result.finding) == (LONG, None)
            verified.append(LONG / (perf_counter() - begun))

    _undone(walk)
    rate = median(verified)
    yield f"  {LONG:,} events verified: {rate:,.0f} a second  of 60,000  {_verdict(rate >= 60_000)}"


def _undone(deed: Callable[[Chain], None]) -> float:
    with transaction.atomic():
        key = uuid7()
        chain = Chain.objects.create(id=key, head=beginning_of(key))
        begun = perf_counter()
        deed(chain)
        seconds = perf_counter() - begun
        transaction.set_rollback(True)
    return seconds


def _write(chain: Chain, number: int) -> None:
    """As an action does that changed so many: recorded one by one, bound, written, and the head moved on."""
    actor, where, batch = (
        Actor(kind=ActorKind.MEMBER, label="Mateo Rivera", id=uuid7()),
        Origin("203.0.113.7", AGENT),
        uuid7(),
    )
    entries = [
        Entry(
            ROLE_CHANGED, actor, chain.pk, uuid7(), f"Person {one}", {"role": "Member"}, {"role": "Admin"}, batch, where
        )
        for one in range(number)
    ]
    write(entries, {chain.pk: chain}, timezone.now())
    chain.save(update_fields=["length", "head"])


def _verdict(holds: bool) -> str:
    return "holds" if holds else "MISSED"


if __name__ == "__main__":
    for line in main():
        print(line, flush=True)
