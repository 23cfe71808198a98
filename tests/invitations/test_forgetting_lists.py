"""Lists of people to invite go thirty days after they were last of use. What came of them stays where it stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from audit.models import Event
from invitations.bulk.lists import KEPT, forget_old_lists
from invitations.models import Invitation, InviteList, InviteRow
from invitations.tasks import forget_lists
from jobs.models import Job
from jobs.running import run_due
from jobs.tasks import forget
from mail.models import Mail
from organizations.models import Organization
from tests.invitations.test_lists import a_list, buckets, send
from tests.witness import counters, written

SHORT = timedelta(minutes=1)


def in_days(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def kept() -> set[InviteList]:
    return set(InviteList.objects.all())


@pytest.mark.parametrize("forget_them", [forget_lists, forget_old_lists])
def test_lists_of_thirty_days_ago_are_deleted_with_their_rows_and_younger_ones_are_not(
    org, owner, outsider, forget_them
):
    old, theirs = a_list(owner, "ana@example.org bo@example.org nobody"), a_list(outsider, "ana@example.org")
    with in_days(1):
        young = a_list(owner, "ana@example.org cy@example.org")
        forget_them()
        assert kept() == {old, theirs, young}
    with time_machine.travel(old.created_at + KEPT - SHORT, tick=False):
        forget_them()
        assert kept() == {old, theirs, young}
    with time_machine.travel(theirs.created_at + KEPT, tick=False):
        with written() as news:
            forget_them()
            forget_them()
        assert news.nothing
        assert kept() == {young}
        assert buckets(young) == {"ana@example.org": "ready", "cy@example.org": "ready"}
    assert InviteRow.objects.count() == 2
    assert set(Organization.objects.values_list("slug", flat=True)) == {"marram", "lee"}


def test_what_a_list_has_sent_stays(org, owner):
    made = a_list(owner, "ana@example.org bo@example.org nobody")
    job = send(made, owner)
    stay = (Invitation, Event, Mail, Job)
    before = [list(model.objects.order_by("pk").values()) for model in stay]
    with in_days(31):
        forget_old_lists()
    assert not InviteList.objects.exists()
    assert not InviteRow.objects.exists()
    assert [list(model.objects.order_by("pk").values()) for model in stay] == before
    assert job.changed == counters(org)[2] == 2


def test_a_list_that_is_being_sent_is_not_taken_from_under_its_work(org, owner, monkeypatch):
    monkeypatch.setattr("invitations.bulk.sending.MOST_HERE", 0)
    made = a_list(owner, "ana@example.org bo@example.org")
    with in_days(31):
        job = send(made, owner)
        forget_old_lists()
        assert run_due(60)
        job.refresh_from_db()
        assert (job.state, job.reason, job.changed) == ("done", "", 2)


def test_what_came_of_a_list_can_be_read_for_thirty_days_after_it_was_sent(org, owner, client_of):
    made = a_list(owner, "ana@example.org nobody")
    page = f"/o/marram/invitations/lists/{made.pk}/"
    with in_days(29):
        send(made, owner)
    for days, status in ((31, 200), (58, 200), (60, 404)):
        with in_days(days):
            forget_old_lists()
            assert client_of(owner).get(page).status_code == status


def test_a_list_whose_work_is_forgotten_is_not_sent_again(org, owner, client_of):
    """Work is forgotten some minutes after lists are, so that one of them can be a day behind."""
    made = a_list(owner, "ana@example.org nobody")
    send(made, owner)
    with in_days(31), written() as news:
        forget()
        browser, page = client_of(owner), f"/o/marram/invitations/lists/{made.pk}/"
        assert "This list was sent already." in browser.post(page, {"send": "1"}, follow=True).content.decode()
    assert news.nothing
    assert buckets(made) == {"ana@example.org": "sent", "nobody": "malformed"}
