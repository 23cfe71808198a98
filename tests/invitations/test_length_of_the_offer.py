"""For how long an offer is open is a number of days that whoever invites or extends may choose, from 1 to 30."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from invitations.models import Invitation, InviteList
from tests.factories import offer, role_of
from tests.invitations.test_many import MANY, answer_of, press
from tests.witness import written

PAGE = "/o/marram/invitations/"
NEW = f"{PAGE}new/"
RANGE, WHOLE, MISSING = (
    "An invitation is open for 1 to 30 days.",
    "Type a whole number, from 1 to 30.",
    "Type for how many days.",
)
WRONG = [
    ("", MISSING), (" ", WHOLE), ("0", RANGE), ("-1", RANGE), ("31", RANGE), ("9" * 400, RANGE), ("9" * 5_000, WHOLE),
    ("x", WHOLE), ("7.5", WHOLE), ("1e1", WHOLE), ("\x00", WHOLE), ("7 days", WHOLE),
]  # fmt: skip


def days_field(html: str) -> dict[str, str]:
    (field,) = re.findall(r'<input[^>]*name="days"[^>]*>', html)
    return dict(re.findall(r'(\S+)="([^"]*)"', field))


def said(html: str) -> list[str]:
    return re.findall(r'id="id_days_error"[^>]*>(?:\s|<[^>]*>)*([^<]+?)\s*<', html)


@pytest.fixture
def window(client_of, owner):
    return client_of(owner)


@pytest.fixture
def pages(window, owner):
    """Everywhere the length is asked: what opens the form, and what sends it with these days."""
    invitation = offer(owner, "ada@example.org", days=1)
    role = role_of(owner.organization, "member").pk
    made = window.post(NEW, {"addresses": "email,role\nina@example.org,viewer", "role": role, "days": "7"})
    a_list = made.headers["Location"]
    bulk = {"m": invitation.pk.hex}
    return {
        "inviting": (
            lambda: window.get(NEW),
            lambda days: window.post(NEW, {"addresses": "ines@example.org", "role": role, "days": days}),
        ),
        "list": (
            lambda: window.get(a_list),
            lambda days: window.post(a_list, {"offer": "1", "role": role, "days": days}),
        ),
        "extending": (
            lambda: window.get(f"{PAGE}{invitation.pk}/extend/"),
            lambda days: window.post(f"{PAGE}{invitation.pk}/extend/", {"days": days}),
        ),
        "extending many": (
            lambda: press(window, "extend", **bulk),
            lambda days: press(window, "extend", go="yes", days=days, **bulk),
        ),
    }


ASKING = ["inviting", "list", "extending", "extending many"]


@pytest.mark.parametrize("where", ASKING)
def test_page_asks_for_a_number_and_says_its_limits(pages, where):
    html = pages[where][0]().content.decode()
    field = days_field(html)
    assert (field["type"], field["min"], field["max"]) == ("number", "1", "30")
    assert field["value"] == ("14" if "extending" in where else "7")
    assert "1 to 30" in html
    assert not re.search(r'<select[^>]*name="days"', html)


@pytest.mark.parametrize("where", ASKING)
@pytest.mark.parametrize("days", ["2", "8", "29", "30", " 12 "])
def test_any_whole_number_of_days_is_taken(pages, where, days):
    at = timezone.now()
    assert pages[where][1](days).status_code == 302
    if where == "list":
        assert InviteList.objects.get().days == int(days)
        return
    email = "ines@example.org" if where == "inviting" else "ada@example.org"
    ends = Invitation.objects.get(email=email, status="pending").expires_at
    assert timedelta(0) <= ends - at - timedelta(days=int(days)) < timedelta(minutes=1)


@pytest.mark.parametrize("where", ASKING)
@pytest.mark.parametrize(("days", "sentence"), WRONG)
def test_what_is_no_such_number_gets_a_sentence_and_stays_in_the_field(pages, where, days, sentence):
    with written() as news:
        response = pages[where][1](days)
    assert response.status_code == 200
    assert news.nothing
    html = response.content.decode()
    assert said(html) == [sentence]
    assert days_field(html).get("value", "") == days


def test_default_is_the_setting(window, settings):
    settings.INVITATION_DAYS = 21
    assert days_field(window.get(NEW).content.decode())["value"] == "21"


def test_extending_suggests_no_fewer_days_than_an_offer_has(window, owner, settings):
    settings.INVITATION_DAYS = 21
    invitation = offer(owner, "ada@example.org")
    assert days_field(window.get(f"{PAGE}{invitation.pk}/extend/").content.decode())["value"] == "21"


def test_list_shows_the_length_that_it_has(window, pages):
    pages["list"][1]("17")
    assert days_field(pages["list"][0]().content.decode())["value"] == "17"


def test_many_are_extended_by_the_number_that_the_question_is_answered_with(window, org, owner):
    for email in ("ada@example.org", "bo@example.org"):
        offer(owner, email)
    answer = answer_of(press(window, "extend", all="1", query="status=pending").content.decode())
    assert window.post(MANY, answer | {"days": "19"}).status_code == 302
    ends = org.invitations.filter(status="pending").values_list("expires_at", flat=True)
    assert {(one - timezone.now()).days for one in ends} == {18}
