"""When somebody was here last: known to within five minutes, for one write in that time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import Membership, note_visit
from tests.factories import deactivate, end_at, give_role
from tests.races import race
from tests.witness import written


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [
        one["sql"] for one in queries if "UPDATE" in one["sql"] and "last_active_at" in one["sql"].split("WHERE")[0]
    ]


def last_active(person: Membership):
    return Membership.objects.get(pk=person.pk).last_active


def test_ten_visits_in_five_minutes_write_once_and_the_next_one_again(client_of, member):
    browser = client_of(member)
    start = timezone.now()
    with written() as news, CaptureQueriesContext(connection) as queries:
        for number in range(10):
            with time_machine.travel(start + timedelta(seconds=29 * number), tick=False):
                assert browser.get("/o/marram/").status_code == 200
    assert len(writes(queries)) == 1
    assert last_active(member) == start
    with time_machine.travel(start + timedelta(minutes=5), tick=False):
        browser.get("/o/marram/members/")
    assert last_active(member) == start + timedelta(minutes=5)
    assert news.nothing


def test_nobody_was_here_who_was_only_invited(member):
    assert last_active(member) is None


def test_refused_page_is_a_visit(client_of, member):
    give_role(member, None)
    assert client_of(member).get("/o/marram/").status_code == 403
    assert last_active(member) is not None


@pytest.mark.parametrize("page", ["", "leave/"])
@pytest.mark.parametrize("end", ["deactivated", "lapsed"])
def test_whoever_is_not_let_in_was_not_here(client_of, member, end, page):
    if end == "deactivated":
        deactivate(member)
    else:
        end_at(member, timezone.now() - timedelta(seconds=1))
    client_of(member).get(f"/o/marram/{page}")
    assert last_active(member) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_visits_at_once_one_writes(member):
    now = timezone.now()
    wrote = race([partial(note_visit, member, now + timedelta(seconds=seconds)) for seconds in range(8)])
    assert wrote.count(True) == 1
    assert last_active(member) == now + timedelta(seconds=wrote.index(True))


@pytest.mark.django_db(transaction=True)
def test_visit_waits_for_nobody_who_changes_the_same_person(member):
    def look() -> float:
        start = timezone.now()
        note_visit(member, start)
        return (timezone.now() - start).total_seconds()

    with transaction.atomic():
        Membership.objects.filter(pk=member.pk).update(phone="1")
        (seconds,) = race([look])
    assert isinstance(seconds, float)
    assert seconds < 2
    assert last_active(member) is None


def test_page_that_asks_by_itself_is_no_visit(client_of, member, monkeypatch):
    monkeypatch.setattr("team.views.overview.OverviewView.asks_by_itself", True)
    client_of(member).get("/o/marram/")
    assert last_active(member) is None
