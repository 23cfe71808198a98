"""A list whose sending does not go as the page said: everybody on it is told of, with the reason."""

from __future__ import annotations

from threading import Event
from time import sleep

import pytest
from django.db import transaction

from invitations.models import Invitation
from jobs import running
from jobs.models import Job
from jobs.running import run_due
from organizations.actions.deleting_roles import delete_role
from organizations.models import Membership
from tests.factories import acting, role_of
from tests.invitations.test_lists import a_list, send
from tests.organizations.designing import design
from tests.races import race


def test_whoever_was_not_reached_when_the_sending_stopped_is_told_of_and_can_be_downloaded(org, admin, client_of):
    made = a_list(admin, "\n".join(f"person{one}@example.org" for one in range(503)))
    job = send(made, admin)
    running.run(job.pk, 0)
    browser, page = client_of(admin), f"/o/marram/invitations/lists/{made.pk}/"
    assert len(b"".join(browser.get(f"{page}rows.csv")).decode().splitlines()) == 1  # it goes on: nobody wants mending
    Membership.objects.filter(pk=admin.pk).update(role=role_of(org, "viewer"))
    assert run_due(60)
    Membership.objects.filter(pk=admin.pk).update(role=role_of(org, "admin"))
    assert Invitation.objects.filter(email__startswith="person").count() == 500
    html = browser.get(page).content.decode()
    assert "It stopped: " in html
    assert "3 rows got nothing" in html
    assert "<b>Not reached</b>" in html
    assert "The sending stopped before it came to them." in html
    assert "Get an invitation when you send" not in html
    for query, number in (("", 4), ("?all", 504)):
        rows = b"".join(browser.get(f"{page}rows.csv{query}")).decode().splitlines()
        assert len(rows) == number
        assert rows[-1].endswith(",Not reached,The sending stopped before it came to this row.")


def test_a_list_of_people_who_all_got_enough_today_says_so_of_each(org, owner, client_of, settings):
    made = a_list(owner, "ana@example.org bo@example.org")
    settings.INVITATION_LIMITS = settings.INVITATION_LIMITS | {"address_from_one": 0}
    browser, page = client_of(owner), f"/o/marram/invitations/lists/{made.pk}/"
    html = browser.post(page, {"send": "1"}, follow=True).content.decode()
    assert "Nobody on this list can be invited as it stands." in html
    assert set(made.rows.values_list("bucket", "reason")) == {
        ("too_often", "This address got several invitations today. Try again tomorrow."),
    }
    assert "Mailed too often today" in html
    assert "Send 2 invitations" not in html
    settings.INVITATION_LIMITS = settings.INVITATION_LIMITS | {"address_from_one": 5}  # tomorrow
    browser.post(page, {"send": "1"})
    assert set(made.rows.values_list("bucket", flat=True)) == {"sent"}


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("person", "one person may send 1 in an hour. Send them in parts."),
        ("organization", "an organization may send 1 in a day. Send them in parts."),
    ],
)
def test_more_than_may_ever_go_at_once_says_to_send_them_in_parts(org, owner, client_of, settings, limit, says):
    made = a_list(owner, "ana@example.org bo@example.org")
    settings.INVITATION_LIMITS = settings.INVITATION_LIMITS | {limit: 1}
    page = f"/o/marram/invitations/lists/{made.pk}/"
    html = client_of(owner).post(page, {"send": "1"}, follow=True).content.decode()
    assert f"These are too many invitations at once: {says}" in html
    assert set(made.rows.values_list("bucket", flat=True)) == {"ready"}


@pytest.mark.django_db(transaction=True)
def test_a_role_that_is_deleted_at_that_moment_keeps_only_its_own_rows_from_being_sent(org, owner):
    chef = design(owner, "Chef", "members.read")
    made = a_list(owner, "email,role\nana@example.org,Chef\nbo@example.org,\ncy@example.org,chef\ndee@example.org,\n")
    deleted = Event()

    def delete() -> None:
        with transaction.atomic():
            delete_role(actor=acting(owner), role=chef, move_to=None, invitations_to=None)
            deleted.set()
            sleep(1)  # the sending has begun by then, and waits for the organization

    def send_it() -> Job:
        assert deleted.wait(30)
        return send(made, owner)

    _, job = race([delete, send_it])
    assert isinstance(job, Job)
    assert (job.state, job.reason, job.changed) == ("done", "", 2)
    gone = ("malformed", "There is no role “Chef” in Marram Instruments.")
    assert dict(made.rows.values_list("address", "bucket")) == {
        "ana@example.org": gone[0], "bo@example.org": "sent", "cy@example.org": gone[0], "dee@example.org": "sent",
    }  # fmt: skip
    assert made.rows.get(address="ana@example.org").reason == gone[1]
