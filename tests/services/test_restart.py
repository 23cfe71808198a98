"""PostgreSQL is restarted while people invite and mail leaves: nothing half done, and what was promised is mailed."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from organizations.models import Membership
from tests.factories import role_of
from tests.scale import FULL_SIZE, REPEATS
from tests.services.conftest import Stack, free_port
from tests.services.programs import Postgres, Program, wait_until
from tests.services.test_mail_survives import say

pytestmark = [pytest.mark.services, pytest.mark.postgresql]

PEOPLE = 3
TOGETHER = 5
TOKEN = "t" * 32
THREADS = 4
ORPHANED = """
    UPDATE mail_mail SET leased_until = now() WHERE state = 'sending' AND leased_until < now() + interval '55 s'
    RETURNING id
"""


class Web(Program):
    """The product's web process on that database."""

    def __init__(self, database: str, broker: str, folder: Path) -> None:
        self.port = free_port()
        words = ["-w", "1", "--threads", "4", "-b", f"127.0.0.1:{self.port}", "--no-control-socket", "config.wsgi"]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "CELERY_BROKER_URL": broker,
        }
        super().__init__([sys.executable, "-m", "gunicorn", *words], environment, folder / "web.log")

    def ask(self, method: str, path: str, session: str, **fields: str) -> int:
        """The status that it answers; 0 where it does not."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}"}
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request(method, path, urlencode(fields | {"csrfmiddlewaretoken": TOKEN}) if fields else None, headers)
            return line.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            line.close()


class Inviter(Thread):
    """Invites five people at a time until told to stop, and keeps who was promised an invitation."""

    numbers = count()

    def __init__(self, web: Web, page: str, session: str, role: str) -> None:
        super().__init__(daemon=True)
        self.web, self.page, self.session, self.role = web, page, session, role
        self.enough = Event()
        self.promised: list[str] = []
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        while not self.enough.is_set():
            addresses = [f"restart{next(self.numbers)}@example.org" for _ in range(TOGETHER)]
            fields = {"addresses": " ".join(addresses), "role": self.role, "days": "7"}
            answer = self.web.ask("POST", self.page, self.session, **fields)
            self.answers[answer] += 1
            if answer == 302:
                self.promised += addresses
            else:
                time.sleep(0.05)


@pytest.mark.skipif(Postgres.programs() is None, reason="needs PostgreSQL's server programs")
def test_restarts_of_the_database_leave_nothing_half_done(stack: Stack, owner: Membership, client_of, tmp_path, capsys):
    browser, role = client_of(owner), role_of(owner.organization, "member")
    page = reverse("invitations:create", args=[owner.organization.slug])
    session = browser.cookies["sessionid"].value
    postgres = Postgres(free_port())
    web = Web(postgres.url, stack.broker.url, tmp_path)
    try:
        postgres.start()
        postgres.copy(stack.database)
        stack.database = postgres.url
        web.start()
        stack.worker(THREADS)
        stack.beat()
        wait_until(lambda: web.ask("GET", page, session) == 200)
        inviters = [Inviter(web, page, session, str(role.pk)) for _ in range(PEOPLE)]
        for inviter in inviters:
            inviter.start()
        for turn in range(REPEATS):
            more_are_promised(inviters, 20)
            time.sleep(random.uniform(0, 0.2))
            postgres.stop(signal.SIGQUIT if turn % 2 == 0 else signal.SIGINT)
            postgres.start()
        more_are_promised(inviters, 1)
        for inviter in inviters:
            inviter.enough.set()
        for inviter in inviters:
            inviter.join(30)
        nothing_is_half_done(postgres, owner)
        invited = {address for (address,) in postgres.ask("SELECT email FROM invitations_invitation")}
        promised = {address for inviter in inviters for address in inviter.promised}
        assert promised <= invited

        def all_sent() -> bool:
            if not FULL_SIZE:  # where a lease is five seconds old, its worker was cut off: a minute passes for it
                postgres.ask(ORPHANED)
            return not postgres.ask("SELECT 1 FROM mail_mail WHERE state <> 'sent' LIMIT 1")

        wait_until(all_sent, 90)
        assert set(stack.server.recipients) == invited
        twice = len(stack.server.ids) - len(set(stack.server.ids))
        assert twice <= max(REPEATS, THREADS), "only what was claimed and not yet on the disk when the database went"
        answers = sum((inviter.answers for inviter in inviters), Counter())
        assert set(answers) <= {302, 500}
        assert answers[500], "no request ever met it: nothing was shown"
        say(
            capsys,
            f"PostgreSQL restarted {REPEATS} times under {answers.total()} requests, {answers[500]} of them refused: "
            f"nothing half done, {len(invited)} invited and mailed, {twice} twice",
        )
    finally:
        for program in (web, *stack.celery, postgres):
            program.end()


def more_are_promised(inviters: list[Inviter], number: int) -> None:
    def promised() -> int:
        return sum(len(inviter.promised) for inviter in inviters)

    enough = promised() + number
    wait_until(lambda: promised() >= enough)


def nothing_is_half_done(postgres: Postgres, owner: Membership) -> None:
    """Each invitation has its event, its mail and its seat, and five were made at once or none."""
    organization = owner.organization_id
    ((invited, events, mails, seats, length),) = postgres.ask(
        f"""
        SELECT (SELECT count(*) FROM invitations_invitation),
               (SELECT count(*) FROM audit_event WHERE action = 'invitation.sent'),
               (SELECT count(*) FROM mail_mail),
               (SELECT reserved_seats FROM organizations_organization WHERE id = '{organization}'),
               (SELECT length FROM audit_chain WHERE id = '{organization}')
        """
    )
    assert invited % TOGETHER == 0
    assert events == mails == seats == invited
    assert length == 2 + invited  # created, owned, and these
