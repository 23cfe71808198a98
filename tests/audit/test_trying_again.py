"""After a deadlock the whole action is tried again: three times at most, and never inside another's transaction."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from audit.actions import TRIES
from audit.actors import SYSTEM
from audit.models import Event
from audit.recording import record
from organizations import events
from organizations.actions.base import action, locked
from organizations.models import Organization
from tests.factories import acting
from tests.witness import written


class Refused(Exception):
    """What the database's driver raises, with its code."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


class Body:
    """An action that writes, and that the database then breaks off so many times."""

    def __init__(self, failures: int, sqlstate: str | None = "40P01") -> None:
        self.failures = failures
        self.sqlstate = sqlstate
        self.runs = 0

    def __call__(self, organization: Organization) -> None:
        _break_off(organization=organization, body=self)


@action
def _break_off(*, organization: Organization, body: Body) -> None:
    body.runs += 1
    organization = locked(organization)
    organization.seat_limit = body.runs
    organization.save(update_fields=["seat_limit"])
    record(events.SEATS_CHANGED, actor=SYSTEM, chain=organization.pk, after={"seats": body.runs})
    if body.runs <= body.failures:
        raise OperationalError from Refused(body.sqlstate)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
@pytest.mark.parametrize("failures", [0, 1, 2])
def test_broken_off_action_is_tried_again_and_leaves_one_change(org, sqlstate, failures):
    body = Body(failures, sqlstate)
    with written() as news:
        body(org)
    org.refresh_from_db()
    assert body.runs == org.seat_limit == failures + 1
    assert [event.after for event in news.events] == [{"seats": failures + 1}]


@pytest.mark.django_db(transaction=True)
def test_action_is_tried_three_times_at_most(org):
    body = Body(failures=99)
    with written() as news, pytest.raises(OperationalError):
        body(org)
    assert body.runs == TRIES == 3
    org.refresh_from_db()
    assert org.seat_limit is None
    assert news.nothing


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", ["57014", "53300", None])
def test_other_errors_of_the_database_are_not_tried_again(org, sqlstate):
    body = Body(failures=1, sqlstate=sqlstate)
    with pytest.raises(OperationalError):
        body(org)
    assert body.runs == 1
    assert not Event.objects.filter(action="organization.seats_changed").exists()


@pytest.mark.django_db(transaction=True)
def test_action_inside_another_transaction_is_not_tried_again(org):
    body = Body(failures=1)
    with pytest.raises(OperationalError), transaction.atomic():
        body(org)
    assert body.runs == 1


@pytest.mark.django_db(transaction=True)
def test_joined_action_is_not_tried_again_by_itself(org):
    inner = Body(failures=1)
    runs: list[int] = []

    @action
    def outer(*, organization: Organization) -> None:
        runs.append(1)
        inner(organization)

    outer(organization=org)
    assert (inner.runs, len(runs)) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_nothing_stays_open_after_a_failure(org, staff):
    with pytest.raises(OperationalError):
        Body(failures=99)(org)
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match="No action is under way"):
        record(events.SEATS_CHANGED, actor=acting(staff), chain=org.pk)


@action
def _note(*, organization: Organization, events_recorded: int, first: threading.Event) -> None:
    for number in range(events_recorded):
        record(events.SEATS_CHANGED, actor=SYSTEM, chain=organization.pk, after={"seats": number})
    first.set()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recorded", [3, 60], ids=["few", "many, by COPY"])
def test_deadlock_while_events_are_written_is_tried_again(org, recorded):
    """Somebody holds the table of events and then waits for the organization that the action has locked."""
    ready = threading.Event()
    where = connection.settings_dict
    with (
        psycopg.connect(host=where["HOST"], port=where["PORT"], user=where["USER"], dbname=where["NAME"]) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("SET deadlock_timeout = '20s'")  # so that PostgreSQL gives the action up and not this one
        other.execute("LOCK TABLE audit_event IN SHARE MODE")

        def wait_for_the_organization() -> None:
            ready.wait(10)
            other.execute("SELECT 1 FROM organizations_organization WHERE id = %s FOR UPDATE", [org.pk])
            other.commit()

        waiting = pool.submit(wait_for_the_organization)
        with written() as news:
            _note(organization=org, events_recorded=recorded, first=ready)
        waiting.result(10)
    assert [event.after for event in news.events] == [{"seats": number} for number in range(recorded)]
