"""An offer whose access ends on a set day: asked for, shown, kept, and worth nothing once that day is past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.actions.answering import accept
from invitations.actions.offering import invite
from invitations.actions.resending import resend
from invitations.models import Invitation
from organizations.models import Membership, Organization
from tests.factories import acting, invitee, role_of
from tests.witness import counters, deliver, link_in, written

NEW = "/o/marram/invitations/new/"


def offered(by: Membership, ends_at: datetime | None, *, email: str = "ines@example.org", role: str = "member") -> Any:
    org = by.organization
    return invite(
        actor=acting(by),
        organization=org,
        addresses=[email],
        role=role_of(org, role),
        days=7,
        access_ends_at=ends_at,
    ).done[0]


def test_whoever_accepts_has_access_until_that_day(org, owner, stranger):
    ends = timezone.now() + timedelta(days=90)
    with written() as news:
        invitation = offered(owner, ends, email=stranger.email)
    assert news.events[0].after["access_ends_at"] == str(ends)
    with written() as news:
        member = accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    assert Membership.objects.get(pk=member.pk).ends_at == ends
    assert news.events[0].after == {"role": "Member", "source": "invitation", "ends_at": str(ends)}
    settles_at = Organization.objects.get(pk=org.pk).settles_at
    assert settles_at
    assert settles_at <= ends


@pytest.mark.parametrize(
    ("days", "role", "code"),
    [(-1, "member", "past"), (0, "member", "past"), (36_526, "member", "too_far"), (30, "owner", "owner")],
)
def test_an_end_that_cannot_be_is_refused_beside_its_field(owner, days, role, code):
    with time_machine.travel(timezone.now(), tick=False), written() as news, pytest.raises(ValidationError) as refusal:
        offered(owner, timezone.now() + timedelta(days=days), role=role)
    assert refusal.value.error_dict["access_ends_at"][0].code == code
    assert news.nothing


def test_offer_ends_with_the_access_that_it_offers_and_frees_its_seat(org, owner, stranger):
    ends = timezone.now() + timedelta(days=2)
    invitation = offered(owner, ends, email=stranger.email)
    assert invitation.expires_at == ends
    with time_machine.travel(ends + timedelta(seconds=1)):
        with pytest.raises(ValidationError, match="would have ended") as refusal:
            accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
        assert refusal.value.code == "access_ended"
        offered(owner, None)  # any action settles
        assert counters(org) == (1, 0, 1)
        with pytest.raises(ValidationError, match="would have ended"):
            accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)


def test_sending_again_opens_it_no_longer_than_its_access(org, owner):
    ends = timezone.now() + timedelta(days=9)
    invitation = offered(owner, ends)
    with time_machine.travel(timezone.now() + timedelta(days=5)):
        resend(actor=acting(owner), organization=org, invitations=[invitation])
    assert Invitation.objects.get(pk=invitation.pk).expires_at == ends


def test_row_whose_access_is_over_offers_nothing_whatever_its_offer_says(owner, stranger):
    invitation = offered(owner, timezone.now() + timedelta(days=2), email=stranger.email)
    Invitation.objects.filter(pk=invitation.pk).update(access_ends_at=timezone.now() - timedelta(days=1))
    with pytest.raises(ValidationError) as refusal:
        accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    assert refusal.value.code == "access_ended"


def test_role_that_owns_by_now_is_not_accepted_with_an_end(org, owner, stranger):
    invitation = offered(owner, timezone.now() + timedelta(days=90), email=stranger.email)
    Invitation.objects.filter(pk=invitation.pk).update(role=role_of(org, "owner"))
    with pytest.raises(ValidationError) as refusal:
        accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    assert refusal.value.code == "owner"


def fields(org: Organization, **changed: Any) -> dict[str, Any]:
    return {"addresses": "ines@example.org", "role": role_of(org, "member").pk, "days": "7"} | changed


def test_form_takes_the_last_moment_of_the_day_where_its_person_is(client_of, org, owner):
    owner.user.time_zone = "Europe/Berlin"
    owner.user.save()
    day = timezone.localdate() + timedelta(days=40)
    assert client_of(owner).post(NEW, fields(org, access_ends_at=day.isoformat())).status_code == 302
    ends = Invitation.objects.get().access_ends_at
    assert timezone.localtime(ends, ZoneInfo("Europe/Berlin")).date() == day
    assert ends.astimezone(UTC).hour in (21, 22)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2001-01-01", "That day is past"),
        ("0001-01-01", "That day is past"),
        ("9999-12-31", "within the next hundred years"),
        ("soon", "Choose a day, such as"),
        ("2027-02-31", "Choose a day, such as"),
        ("\x00", "Choose a day, such as"),
    ],
)
def test_form_refuses_what_is_no_day_to_come_and_keeps_the_rest(client_of, org, owner, typed, said):
    answer = client_of(owner).post(NEW, fields(org, access_ends_at=typed))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert said in text
    assert "ines@example.org" in text
    assert not Invitation.objects.exists()


def test_form_says_beside_the_day_that_an_owner_has_none(client_of, org, owner):
    day = (timezone.localdate() + timedelta(days=40)).isoformat()
    answer = client_of(owner).post(NEW, fields(org, access_ends_at=day, role=role_of(org, "owner").pk))
    assert "The access of an owner has no end" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_mail_page_and_list_say_when_access_ends(client_of, org, owner, stranger):
    day = timezone.localdate() + timedelta(days=40)
    client_of(owner).post(NEW, fields(org, access_ends_at=day.isoformat(), addresses=stranger.email))
    letter = deliver()[-1]
    said = f"{day:%A} {day.day} {day:%B %Y}, 23:59"
    assert f"Access ends {said} (UTC)" in letter.body
    assert said in str(letter.alternatives[0][0])
    page = client_of(stranger).get(link_in(letter), follow=True).content.decode()
    assert "Access ends" in page
    assert f"{day:%A} {day.day} {day:%B}" in page
    assert "access ends" in client_of(owner).get("/o/marram/invitations/").content.decode()


def test_page_says_that_the_access_would_have_ended(client_of, owner, stranger):
    invitation = offered(owner, timezone.now() + timedelta(days=2), email=stranger.email)
    browser = client_of(stranger)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        browser.force_login(stranger)
        text = browser.get(f"/invitation/{invitation.pk}/").content.decode()
    assert "This invitation has nothing left to offer" in text
    assert "would have ended on" in text
