"""Staff look through the events of all organizations: read-only, by name, and without reading millions of rows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import staff_lists
from audit.guards import lowered
from audit.models import Event, Refused
from organizations.models import Organization
from tests.factories import UserFactory as Person
from tests.factories import crowd, found, offer
from tests.test_staff import press

EVENTS = "/admin/audit/event/"


@pytest.fixture
def desk(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def asked(desk: Client, path: str, **query: str) -> tuple[str, list[str]]:
    """The page, and what it asked of the events."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = desk.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode(), [one["sql"] for one in queries if "audit_" in one["sql"]]


def test_events_name_their_organization_or_account(desk, owner, outsider, client):
    client.post("/accounts/login/", {"login": owner.user.email, "password": "wrong"})
    html, _ = asked(desk, EVENTS)
    for name in ("Marram Instruments", "Lee &amp; Sons", "account.sign_in_failed", "organization.created"):
        assert name in html
    chain = outsider.organization_id
    Organization.objects.filter(pk=chain).delete()
    assert str(chain) in asked(desk, EVENTS)[0]


def test_as_many_questions_for_many_organizations_as_for_one(desk, owner):
    asked(desk, EVENTS)
    with CaptureQueriesContext(connection) as few:
        desk.get(EVENTS)
    for number in range(8):
        found(Person(), f"Company {number}", f"company-{number}")
    with CaptureQueriesContext(connection) as many:
        desk.get(EVENTS)
    assert len(many) == len(few)


@pytest.mark.parametrize(("type_", "there"), [("STAFF_ACTION", True), ("SYSTEM_ACTION", False)])
def test_staffs_own_changes_are_the_organizations_and_found_by_type(desk, staff, org, type_, there):
    press(desk, f"/admin/organizations/organization/{org.pk}/plan/", plan="Team", seats="12")
    event = Event.objects.get(action="organization.plan_changed")
    assert (event.chain_id, event.type, event.actor_id) == (org.pk, "STAFF_ACTION", staff.pk)
    html, _ = asked(desk, EVENTS, type__exact=type_)
    assert ("organization.plan_changed" in html) is there


def test_events_are_found_by_entity_and_time(desk, owner):
    offer(owner, "new@example.org")
    html, _ = asked(desk, EVENTS, entity="invitation")
    assert ("invitation.sent" in html, "organization.created" in html) == (True, False)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        for when, there in (("day", False), ("week", True), ("ever", True), ("nonsense", True)):
            assert ("invitation.sent" in asked(desk, EVENTS, when=when)[0]) is there, when


def test_a_change_reads_well_and_stays_as_it_is(desk, owner, staff):
    press(desk, f"/admin/organizations/organization/{owner.organization_id}/plan/", plan="<b>Team</b>", seats="12")
    event = Event.objects.get(action="organization.plan_changed")
    path = f"{EVENTS}{event.pk}/change/"
    html, _ = asked(desk, path)
    row = 'scope="row">plan</th><td class="pr-6">none</td><td>&lt;b&gt;Team&lt;/b&gt;</td>'
    for shown in (row, "Marram Instruments", "Sam Staff"):
        assert shown in html
    assert desk.post(path, {"actor_label": "Somebody"}).status_code == 403
    event.refresh_from_db()
    assert event.actor_label == "Sam Staff"
    nothing = Event.objects.create(chain_id=owner.organization_id, number=99, at=event.at, type="USER_ACTION")
    assert "No field changed with this." in asked(desk, f"{EVENTS}{nothing.pk}/change/")[0]


class TestMillions:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch, org):
        """What is bounded at 200,000 and 10,000 rows, at 20 and 60."""
        crowd(org, 60)
        monkeypatch.setattr(staff_lists, "NEWEST", 20)
        monkeypatch.setattr(staff_lists, "MOST_COUNTED", 60)

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"q": "grace"},
            {"q": "no such name"},
            {"type__exact": "PROVISIONING"},
            {"entity": "domain"},
            {"q": "crowd", "when": "month"},
            {"o": "3"},
            {"_facets": "True"},
            {"p": "2"},
        ],
        ids=str,
    )
    def test_every_question_is_of_a_range_of_ids_and_counts_no_further(self, desk, query):
        _, questions = asked(desk, EVENTS, **query)
        for sql in questions:
            assert '"audit_event"."id" >' in sql or sql.endswith("LIMIT 1 OFFSET 20"), sql
            assert "DISTINCT" not in sql
            assert "COUNT" not in sql or "LIMIT 60" in sql, sql
            assert re.search(r'ORDER BY ("audit_event"."id"|1|"pk"|"__col1") DESC|COUNT', sql), sql

    def test_older_ones_are_found_by_a_time_or_by_their_organization(self, desk, org):
        old, row = "organization.created", re.compile(r">\s*organization\.created\s*<")
        assert not row.search(asked(desk, EVENTS)[0])
        assert not row.search(asked(desk, EVENTS, q=old)[0])
        assert row.search(asked(desk, EVENTS, q=old, when="week")[0])
        _, questions = asked(desk, EVENTS, q=str(org.pk))
        assert all("chain_id" in sql or "audit_chain" in sql for sql in questions)
        first = Event.objects.earliest("pk")
        with lowered():
            Event.objects.filter(chain_id=org.pk).exclude(pk=first.pk).delete()
        crowd(found(Person(), "Another", "another").organization, 30)
        assert row.search(asked(desk, EVENTS, q=str(org.pk))[0])


def test_refusals_of_all_organizations_are_seen_by_staff(desk, client_of, member):
    client_of(member).get("/o/marram/audit/")
    html, _ = asked(desk, "/admin/audit/refused/")
    assert all(said in html for said in ("Mina Haddad", "audit_log.read", "Marram Instruments"))
    row = Refused.objects.get()
    assert "is not in this role" in asked(desk, f"/admin/audit/refused/{row.pk}/change/")[0]
    assert desk.post(f"/admin/audit/refused/{row.pk}/delete/", {"post": "yes"}).status_code == 403
