"""The product's own worker and beat on a real broker and database, and a mail server in the test."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from invitations.actions.offering import invite
from mail.models import Mail, State
from mail.settling import LEASE
from organizations.models import Membership
from tests.factories import acting, role_of
from tests.mail.server import MailServer
from tests.scale import FULL_SIZE
from tests.services.programs import Broker, Celery, wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def database_url() -> str:
    """The test's own database, for a program that is to work on it."""
    ours = connection.settings_dict
    user = ours["USER"] + (f":{ours['PASSWORD']}" if ours["PASSWORD"] else "")
    return f"postgres://{user}@{ours['HOST']}:{ours['PORT'] or 5432}/{ours['NAME']}"


@dataclass
class Stack:
    """Everything that takes part in sending a mail."""

    broker: Broker
    server: MailServer
    folder: Path
    database: str = ""
    celery: list[Celery] = field(default_factory=list)

    def worker(self, threads: int = 4, pool: str = "threads") -> Celery:
        return self._started("worker", "-P", pool, "-c", str(threads), "-n", f"worker{len(self.celery)}@test")

    def beat(self) -> Celery:
        return self._started("beat", "--schedule", str(self.folder / f"beat{len(self.celery)}"), "--pidfile", "")

    def _started(self, *words: str) -> Celery:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.services.settings",
            "DATABASE_URL": self.database,
            "REDIS_URL": self.broker.url,
            "CELERY_BROKER_URL": self.broker.url,
            "MAIL_SERVER_PORT": str(self.server.port),
        }
        log = self.folder / f"{words[0]}{len(self.celery)}.log"
        program = Celery([*words, "-l", "INFO"], environment, log)
        program.start()
        self.celery.append(program)
        return program

    def watch(self) -> None:
        """Start again what has ended, as `manage.py up` does. A worker ends with an error of kombu's where Redis goes
        away once more while it takes up its connection again."""
        for program in self.celery:
            if not program.runs:
                program.start()

    def leases_begin_anew(self) -> None:
        """Nobody takes up what a killed worker held for a minute from now on."""
        Mail.objects.filter(state=State.SENDING).update(leased_until=timezone.now() + LEASE)

    def leases_end(self) -> None:
        """A minute passes for the mails whose worker was killed; at full size it really does."""
        if FULL_SIZE:
            wait_until(lambda: not Mail.objects.filter(leased_until__gt=timezone.now()).exists(), 70)
        else:
            Mail.objects.filter(state=State.SENDING).update(leased_until=timezone.now())

    def pauses_end(self) -> None:
        """The pauses between attempts are over."""
        Mail.objects.filter(state=State.PENDING).update(due_at=timezone.now())

    def wait_for_all(self, state: str = State.SENT, seconds: float = 60, *, watching: bool = False) -> None:
        def all_there() -> bool:
            if watching:
                self.watch()
            return not Mail.objects.exclude(state=state).exists()

        wait_until(all_there, seconds)


@pytest.fixture
def stack(transactional_db, settings, monkeypatch, tmp_path: Path) -> Iterator[Stack]:
    """A broker and a mail server that run; workers and beats are started by the test."""
    broker = Broker(free_port(), tmp_path)
    broker.start()
    monkeypatch.setenv("CELERY_BROKER_URL", broker.url)
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"BACKEND": "config.cache.SteadyCache", "LOCATION": broker.url}
    }
    server = MailServer()
    server.start()
    stack = Stack(broker, server, tmp_path, database_url())
    yield stack
    for program in stack.celery:
        program.end()
    server.stop()
    broker.end()


@pytest.fixture
def invite_many(owner: Membership) -> Callable[[int], list[str]]:
    """The owner invites so many people, at once; their addresses, which are others each time."""
    numbers = count()

    def many(number: int) -> list[str]:
        organization = owner.organization
        addresses = [f"invitee{next(numbers)}@example.org" for _ in range(number)]
        done = invite(
            actor=acting(owner),
            organization=organization,
            addresses=addresses,
            role=role_of(organization, "member"),
            days=7,
        ).done
        assert len(done) == number
        return addresses

    return many
