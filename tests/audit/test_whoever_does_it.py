"""The same change writes the same event, whoever makes it: only the type says in whose name, and from where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.actors import Actor, ActorKind
from audit.models import EventType
from invitations.actions.offering import invite
from invitations.models import Invitation
from jobs.tasks import run_due
from organizations.actions.members import deactivate, reactivate
from organizations.actions.plans import set_plan
from organizations.models import Membership
from organizations.tasks import settle
from tests.factories import acting, end_at, role_of
from tests.invitations.test_many import offers, press, ticked
from tests.witness import Written, written

Revoking = Callable[[Client, list[Invitation]], None]


def in_the_browser(browser: Client, rows: list[Invitation]) -> None:
    assert browser.post(f"/o/marram/invitations/{rows[0].pk}/revoke/").status_code == 302


def many_at_once(browser: Client, rows: list[Invitation]) -> None:
    assert press(browser, "revoke", go="yes", **ticked(rows)).status_code == 302


def by_a_worker(browser: Client, rows: list[Invitation]) -> None:
    """So many that the request only asks for it; what Celery calls does it."""
    assert press(browser, "revoke", all="1", query="status=pending", go="yes").status_code == 302
    assert Invitation.objects.filter(status="pending").count() == len(rows)
    run_due()


def by_staff(browser: Client, rows: list[Invitation]) -> None:
    path = f"/admin/invitations/invitation/{rows[0].pk}/revoke/"
    assert browser.post(path, {"_form_submitted": "True"}).status_code == 302


@pytest.mark.parametrize(
    ("revoking", "number"),
    [(in_the_browser, 1), (many_at_once, 3), (by_a_worker, 201), (by_staff, 1)],
    ids=["browser", "bulk", "worker", "staff"],
)
def test_a_revoked_invitation_is_the_same_event(
    client_of: Callable[[Membership | User], Client], owner: Membership, staff: User, revoking: Revoking, number: int
):
    rows = offers(owner, number)
    who = staff if revoking is by_staff else owner
    kind = EventType.STAFF_ACTION if revoking is by_staff else EventType.USER_ACTION
    with written() as news:
        revoking(client_of(who), rows)
    assert {event.target_id for event in news.events} == {one.pk for one in rows}
    one = ("invitation.revoked", kind, who.label, owner.organization_id, {"status": "pending"}, {"status": "revoked"})
    assert seen(news) == [one] * number
    assert {event.address for event in news.events} == {"127.0.0.1"}  # a job knows where it was asked for
    batches = {event.batch for event in news.events}
    assert len(batches) == 1
    assert (None in batches) is (number == 1)


def test_what_the_clock_does_is_done_by_roster(owner: Membership, member: Membership):
    """An end that was set is written down by the task that Celery's beat calls."""
    end_at(member, timezone.now() - timedelta(minutes=1))
    with written() as news:
        settle()
    (event,) = news.events
    assert (event.action, event.type, event.actor_label) == ("member.lapsed", EventType.SYSTEM_ACTION, "Roster")
    assert (event.address, event.request_id) == (None, "")


def test_what_an_identity_provider_does_is_provisioning_and_no_more_than_its_grants(
    client_of: Callable[[Membership], Client], owner: Membership, member: Membership
):
    grants = member.as_actor(timezone.now()).grants | {"members.update"}
    provider = Actor(kind=ActorKind.PROVISIONING, label="Directory", grants=grants)
    with written() as news:
        outcome = deactivate(actor=provider, organization=owner.organization, memberships=[member, owner])
    assert [one.who for one in outcome.passed_over] == [owner.label]
    (event,) = news.events
    assert (event.action, event.type, event.actor_label) == ("member.deactivated", EventType.PROVISIONING, "Directory")
    page = client_of(owner).get("/o/marram/audit/?type=PROVISIONING").content.decode()
    assert "<b>Directory</b> deactivated" in page
    assert ">Provisioning</span>" in page


def test_an_identity_provider_finds_no_more_seats_than_people_do(owner: Membership, member: Membership, staff: User):
    organization = owner.organization
    grants = member.as_actor(timezone.now()).grants | {"members.update", "members.create", "invitations.create"}
    provider = Actor(kind=ActorKind.PROVISIONING, label="Directory", grants=grants)
    deactivate(actor=provider, organization=organization, memberships=[member])
    set_plan(actor=acting(staff), organization=organization, plan="", seats=1, trial_cap=None, trusted=False)
    role = role_of(organization, "viewer")
    with written() as news:
        back = reactivate(actor=provider, organization=organization, memberships=[member])
        offered = invite(actor=provider, organization=organization, addresses=["a@b.example"], role=role, days=7)
    assert [one.code for one in (*back.passed_over, *offered.passed_over)] == ["no_seat", "no_seat"]
    assert news.nothing


def test_a_command_writes_what_a_page_writes(client_of: Callable[[User], Client], stranger: User):
    """`demo --members` founds an organization as a person does in the browser, then fills it as Roster."""
    with written() as page:
        form = {"name": "Crowd", "slug": "founded", "scheme": "standard"}
        assert client_of(stranger).post("/organizations/new/", form).status_code == 302
    with written() as command:
        call_command("demo", members=3, stdout=StringIO())
    founding = [(event.action, event.type, event.entity, sorted(event.after)) for event in page.events]
    assert [name for name, *_ in founding] == ["organization.created", "member.added"]
    made = [(event.action, event.type, event.entity, sorted(event.after)) for event in command.events]
    assert made[:2] == founding
    crowd = [event.action for event in command.events if event.type == EventType.SYSTEM_ACTION]
    assert crowd == ["member.added"] * 2


def seen(news: Written) -> list[tuple[Any, ...]]:
    return [
        (event.action, event.type, event.actor_label, event.chain_id, event.before, event.after)
        for event in news.events
    ]
