"""What somebody is refused for lack of permission is written down apart from what was rolled back, and with a limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from audit.actors import SYSTEM
from audit.middleware import OriginMiddleware
from audit.models import Refused
from audit.refusing import MORE, note
from audit.tasks import forget_refusals
from jobs.tasks import run_due
from organizations.actions.plans import set_plan, set_seats
from organizations.actions.settings import rename_organization
from organizations.bulk.deeds import REMOVE
from organizations.bulk.doing import new_job
from organizations.bulk.reports import Report
from organizations.models import Membership, Organization
from tests.factories import acting, deactivate
from tests.witness import undone, written

pytestmark = pytest.mark.django_db


def seen() -> list[tuple[str, str, int]]:
    return list(Refused.objects.order_by("at", "id").values_list("actor_label", "what", "times"))


def rename(by: Membership, organization: Organization | None = None) -> None:
    with pytest.raises(PermissionDenied):
        rename_organization(actor=acting(by), organization=organization or by.organization, name="Ours")


def answer(change: Callable[[], None]) -> HttpResponse:
    """What a request that changes that is answered; the person behind it is told of the refusal, whatever happens."""

    def view(request: HttpRequest) -> HttpResponse:
        try:
            with transaction.atomic():
                change()
        except PermissionDenied:
            return HttpResponse(status=403)
        return HttpResponse()

    path = "/o/marram/settings/"
    return OriginMiddleware(view)(RequestFactory().post(path, HTTP_USER_AGENT="Firefox/1", REMOTE_ADDR="192.0.2.7"))


class TestAnAction:
    def test_refusal_says_who_what_where_and_why(self, org, member):
        with written() as news:
            response = answer(lambda: rename_organization(actor=acting(member), organization=org, name="Ours"))
        assert (response.status_code, news.nothing) == (403, True)
        row = Refused.objects.get()
        assert (row.chain_id, row.actor_kind, row.actor_id, row.actor_label) == (
            org.pk, "member", member.user_id, "Mina Haddad",
        )  # fmt: skip
        assert (row.what, row.times, row.path) == ("rename_organization", 1, "/o/marram/settings/")
        assert row.reason.endswith(".")
        assert (row.address, row.user_agent) == ("192.0.2.7", "Firefox/1")
        assert row.request_id == response.headers["X-Request-Id"]

    def test_it_is_kept_though_everything_around_it_is_rolled_back(self, org, member):
        def change() -> None:
            with undone():
                rename(member)
            raise PermissionDenied

        answer(change)
        assert seen() == [("Mina Haddad", "rename_organization", 1)]

    def test_outside_of_requests_and_tasks_it_is_written_at_once(self, member):
        rename(member)
        assert seen() == [("Mina Haddad", "rename_organization", 1)]

    def test_nothing_is_written_into_a_transaction_that_is_lost(self, org, member):
        acting_before = acting(member)
        with undone(), transaction.atomic():
            transaction.set_rollback(True)
            note(chain=org.pk, actor=acting_before, what="roles.read", reason="")
        assert seen() == []

    def test_the_action_that_was_called_by_another_is_named(self, org, member):
        with pytest.raises(PermissionDenied):
            set_plan(actor=acting(member), organization=org, plan="", seats=1, trial_cap=None, trusted=False)
        assert seen() == [("Mina Haddad", "set_plan", 1)]

    def test_staff_and_members_of_other_organizations_are_written_down_where_they_tried(self, org, outsider, staff):
        rename(outsider, org)
        assert seen() == [("Oskar Lee", "rename_organization", 1)]
        assert Refused.objects.get().chain_id == org.pk

    def test_what_roster_itself_may_not_do_is_nobodys_refusal(self, org):
        with pytest.raises(PermissionDenied):
            set_seats(actor=SYSTEM, organization=org, seats=1)
        assert seen() == []

    def test_a_job_that_is_refused_is_written_down_by_the_task_that_does_it(self, org, owner, admin, member):
        """Whoever asked for it has lost the permission since; the step is rolled back, and the job says why."""
        job = new_job(
            "organizations.bulk",
            actor=acting(admin),
            user=admin.user,
            organization=org,
            arguments={"deed": REMOVE.key, "argument": "", "said_of": "", "ids": [member.pk.hex]},
        )
        job.report = Report().kept()
        job.save()
        deactivate(admin)
        run_due.apply()
        job.refresh_from_db()
        assert job.reason
        assert seen() == [("Tomás Rivera", "remove", 1)]


class TestAPage:
    def test_page_that_is_refused_names_the_permission(self, client_of, org, member):
        assert client_of(member).get("/o/marram/audit/").status_code == 403
        row = Refused.objects.get()
        assert (row.actor_label, row.what, row.path) == ("Mina Haddad", "audit_log.read", "/o/marram/audit/")
        assert row.reason == "The permission audit_log.read is not in this role."

    @pytest.mark.parametrize(
        ("button", "what"),
        [
            ("members/{}/sign-in/second-factor", "the page about how a person signs in"),
            ("leave", "leave"),
        ],
    )
    def test_button_that_a_policy_or_an_action_refuses_is_one_refusal(self, client_of, owner, member, button, what):
        """The page opens for the owner; this account is not theirs to mend, and the last owner stays."""
        response = client_of(owner).post(f"/o/marram/{button.format(member.pk)}/", {"typed": "Mina Haddad"})
        assert response.status_code == 403
        assert seen() == [("Grace Okafor", what, 1)]

    def test_outsiders_and_strangers_find_nothing_and_leave_nothing(self, client_of, org, outsider, stranger, staff):
        for who in (outsider, stranger, staff, None):
            assert client_of(who).get("/o/marram/audit/").status_code in (302, 404)
        assert seen() == []

    def test_an_address_that_is_a_key_is_never_kept(self, member):
        def view(request: HttpRequest) -> HttpResponse:
            rename(member)
            return HttpResponse(status=403)

        OriginMiddleware(view)(RequestFactory().post("/i/the-key/"))
        assert Refused.objects.get().path == ""

    def test_no_403_turns_into_an_error_where_nothing_can_be_written(self, client_of, member, caplog):
        browser = client_of(member)
        browser.get("/o/marram/")
        table = Refused._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            assert browser.get("/o/marram/audit/").status_code == 403
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
        assert "could not be written down" in caplog.text
        assert browser.get("/o/marram/").status_code == 200


class TestLimit:
    def test_the_same_again_within_an_hour_counts_on_one_row(self, client_of, org, member, viewer):
        begin = timezone.now()
        for minutes in (0, 1, 30, 59):
            with time_machine.travel(begin + timedelta(minutes=minutes), tick=False):
                rename(member)
        rename(viewer)
        assert sorted(seen()) == [
            ("Mina Haddad", "rename_organization", 4), ("Vera Lindqvist", "rename_organization", 1),
        ]  # fmt: skip
        row = Refused.objects.get(actor_label="Mina Haddad")
        assert row.last_at - row.at == timedelta(minutes=59)
        with time_machine.travel(begin + timedelta(minutes=61), tick=False):
            rename(member)
        assert Refused.objects.filter(actor_label="Mina Haddad").count() == 2

    def test_one_actor_fills_no_more_than_so_many_rows_in_an_hour(self, settings, client_of, org, member, viewer):
        settings.REFUSALS = {**settings.REFUSALS, "an_hour": 3}
        browser = client_of(member)
        for page in ("audit", "roles/new", "groups/new", "settings", "settings/plan", "audit"):
            assert browser.get(f"/o/marram/{page}/").status_code == 403
        whats = dict(Refused.objects.values_list("what", "times"))
        assert len(whats) == 3
        assert (whats["audit_log.read"], whats[MORE]) == (2, sum(whats.values()) - 3)
        assert sum(whats.values()) == 6
        rename(viewer)
        assert Refused.objects.count() == 4

    def test_what_is_old_is_forgotten(self, org, member, viewer):
        with time_machine.travel(timezone.now() - timedelta(days=91)):
            rename(member)
        rename(viewer)
        forget_refusals()
        assert seen() == [("Vera Lindqvist", "rename_organization", 1)]


def test_shown_to_who_reads_the_audit_log_with_how_often_and_from_where(client_of: Any, org, owner, member, outsider):
    browser = client_of(member)
    for _ in range(3):
        browser.get("/o/marram/audit/", HTTP_USER_AGENT="Firefox/130 (Windows)")
    rename(outsider, org)
    rename(member, outsider.organization)
    html = client_of(owner).get("/o/marram/audit/refused/").content.decode()
    assert "<b>Mina Haddad</b> was refused: <b>audit_log.read</b>" in html
    for said in ("3 times", "127.0.0.1, Firefox on Windows", "audit_log.read is not in this role.", "/o/marram/audit/"):
        assert said in html
    assert "<b>Oskar Lee</b> was refused: <b>Rename organization</b>" in html
    assert html.count("was refused:") == 2
    assert 'href="/o/marram/audit/refused/"' in client_of(owner).get("/o/marram/audit/").content.decode()


def test_many_are_shown_page_by_page(client_of: Any, org, owner):
    for number in range(45):
        Refused.objects.create(
            chain_id=org.pk, actor_kind="member", actor_label=f"Person {number:02}", what="roles.read"
        )
    browser: Client = client_of(owner)
    first = browser.get("/o/marram/audit/refused/")
    older = browser.get(f"/o/marram/audit/refused/?before={first.context['next_page']}").content.decode()
    assert ("Person 44" in first.content.decode(), "Person 04" in first.content.decode()) == (True, False)
    assert ("Person 04" in older, "Person 00" in older, "Person 05" in older) == (True, True, False)
    assert browser.get("/o/marram/audit/refused/?before=nonsense").status_code == 200
    assert "Nothing here" in browser.get(f"/o/marram/audit/refused/?before={org.pk}").content.decode()


def test_page_without_refusals_says_so(client_of: Any, owner):
    html = client_of(owner).get("/o/marram/audit/refused/").content.decode()
    assert "Nothing was refused" in html
