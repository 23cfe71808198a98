"""What the clock calls: each entry of the schedule names a task that a worker knows, and its name does what it says."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from celery.schedules import crontab
from django.utils import timezone

from config import celery_app
from invitations.models import InviteList
from jobs.models import Job
from organizations.actions.domains import add_domain
from organizations.models import Membership, Organization
from tests.dns_server import DnsServer, serving
from tests.factories import UserFactory, acting, end_at, offer
from tests.invitations.letting_in import come, let_in
from tests.invitations.test_lists import a_list, send
from tests.organizations.changing import suspend
from tests.witness import counters, deliver, written

SCHEDULE = celery_app.conf.beat_schedule
ONLY_NUDGED = {"mail.send_due", "jobs.run_due"}  # woken by whoever has work for them, and by the sweeps


@pytest.fixture(scope="module", autouse=True)
def _worker() -> None:
    """The tasks that a worker knows once it has started."""
    celery_app.loader.import_default_modules()


def ring(entry: str) -> None:
    """The clock comes to this entry: what it names is done as a worker does it."""
    celery_app.tasks[SCHEDULE[entry]["task"]].apply(throw=True)


@pytest.fixture
def dns(settings) -> Iterator[DnsServer]:
    with serving() as server:
        settings.DNS_RESOLVERS = [("127.0.0.1", server.port)]
        yield server


@pytest.fixture
def busy(settings, org: Organization, owner: Membership, member, deactivated, other_org, dns) -> Organization:
    """Something of everything that lapses, waits, is due or is long over."""
    offer(owner, "ines@example.org")
    offer(owner, "ove@example.org", days=1)
    end_at(member, timezone.now() + timedelta(days=9))
    send(a_list(owner, "ana@example.org bo@example.org nobody"), owner)
    a_list(owner, "cy@example.org")
    add_domain(actor=acting(owner), organization=org, name="marram.example")
    let_in(owner, "open")
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    come(UserFactory(name="Wendy Waits"), org, "open")
    settings.AUDIT_KEEP_DAYS = 30
    return org


def test_every_task_is_called_by_the_clock_or_by_whoever_has_work_for_it():
    ours = {name for name in celery_app.tasks if not name.startswith("celery.")}
    assert {entry["task"] for entry in SCHEDULE.values()} | ONLY_NUDGED == ours


@pytest.mark.parametrize("entry", SCHEDULE)
def test_what_waits_for_a_worker_too_long_is_dropped_before_the_clock_calls_again(entry):
    schedule, expires = SCHEDULE[entry]["schedule"], SCHEDULE[entry].get("options", {}).get("expires")
    if isinstance(schedule, crontab):
        assert expires is None, "a night is not passed over because workers were busy"
    else:
        assert expires is None or expires < schedule


@pytest.mark.parametrize("days", [0, 8, 40])
@pytest.mark.parametrize("entry", SCHEDULE)
def test_every_entry_names_a_task_that_does_its_work_without_an_error(entry, days, busy, caplog):
    with time_machine.travel(timezone.now() + timedelta(days=days)), caplog.at_level(logging.ERROR):
        ring(entry)
        ring(entry)
    assert not caplog.records
    counters(busy)


def test_clock_reminds_of_invitations(org, owner):
    offer(owner, "ines@example.org")
    deliver()
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
        with written() as news:
            ring("invitations-remind")
        assert news.actions == ["invitation.reminded"]
        assert [letter.to for letter in deliver()] == [["ines@example.org"]]


def test_clock_tells_of_seats_that_are_free(org, owner, member):
    let_in(owner, "open")
    Organization.objects.filter(pk=org.pk).update(seat_limit=2)
    user = UserFactory(name="Wendy Waits")
    come(user, org, "open")
    suspend(owner, member)
    deliver()
    with written() as news:
        ring("invitations-seats-freed")
    assert news.actions == ["join_request.seat_free"]
    assert [letter.to for letter in deliver()] == [[user.email]]


def test_clock_forgets_lists_and_then_the_work_that_sent_them(org, owner):
    send(a_list(owner, "ana@example.org"), owner)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        ring("invitations-forget-lists")
        assert (InviteList.objects.count(), Job.objects.count()) == (0, 1)
        ring("jobs-forget")
        assert Job.objects.count() == 0
