"""Whoever is invited by very many finds each invitation among their organizations."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.models import Invitation
from organizations.models import Organization, Role
from tests.factories import UserFactory, offer

PAGE = "/organizations/"
MOST = 12  # queries


@pytest.fixture
def ines(db):
    return UserFactory(name="Ines Duarte", email="ines@example.org")


def many(email: str, number: int, *, apart: timedelta = timedelta(0)) -> list[Invitation]:
    """So many organizations invite this address; none ends sooner than the one before."""
    organizations = Organization.objects.bulk_create(
        [Organization(name=f"Team {one:04}", slug=f"team-{uuid4().hex[:8]}-{one}") for one in range(number)]
    )
    role = Role.objects.get(scheme="standard", key="member", organization=None)
    ends = timezone.now() + timedelta(days=1)
    return Invitation.objects.bulk_create(
        [
            Invitation(
                organization=one, email=email, role=role, inviter_label="Grace Okafor", expires_at=ends + place * apart
            )
            for place, one in enumerate(organizations)
        ]
    )


def shown(html: str) -> list[str]:
    return re.findall(r'aria-label="Accept the invitation to ([^"]+)"', html)


def said(html: str) -> str:
    """What stands below the invitations, the number beside their heading in front."""
    section = html[html.index('aria-labelledby="waiting"') :].split("</section>")[0]
    (total,) = re.findall(r'class="tag wait">([^<]+)<', section)
    below = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", section.split("</ul>")[1])).strip()
    return f"{total}: {below}".strip()


def further(html: str) -> str:
    found = re.search(r'href="(\?after=\w+)" rel="next"', html)
    return found.group(1) if found else ""


def test_a_few_stand_there_without_a_word_about_more(client_of, ines):
    many(ines.email, 100)
    html = client_of(ines).get(PAGE).content.decode()
    assert len(shown(html)) == 100
    assert said(html) == "100:"
    assert "rel=" not in html.split('aria-labelledby="waiting"')[1].split("</section>")[0]


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(seconds=1)], ids=["at one moment", "one by one"])
def test_of_very_many_each_is_reached_once_and_how_many_more_is_said(client_of, ines, apart):
    made = many(ines.email, 250, apart=apart)
    browser, url, seen, words = client_of(ines), PAGE, [], []
    while url:
        html = browser.get(url).content.decode()
        seen += shown(html)
        words.append(said(html))
        url = PAGE + further(html) if further(html) else ""
    assert seen == [one.organization.name for one in made]
    assert words == [
        "250: These 100 end first. 150 more wait and end later. Next",
        "250: 50 more wait and end later. Previous Next",
        "250: These are the last of 250. Previous",
    ]


def test_one_more_is_one(client_of, ines):
    many(ines.email, 101)
    assert "These 100 end first. 1 more waits and ends later." in client_of(ines).get(PAGE).content.decode()


def test_those_to_every_verified_address_are_among_them_and_those_to_others_are_not(client_of, ines):
    EmailAddress.objects.create(user=ines, email="second@example.org", verified=True)
    EmailAddress.objects.create(user=ines, email="third@example.org", verified=False)
    for email in (ines.email, "second@example.org", "third@example.org"):
        many(email, 60)
    browser = client_of(ines)
    html = browser.get(PAGE).content.decode()
    assert said(html).startswith("120: These 100 end first. 20 more wait")
    assert len(shown(browser.get(PAGE + further(html)).content.decode())) == 20


def test_place_is_found_again_once_its_invitation_was_answered(client_of, ines):
    made = many(ines.email, 120, apart=timedelta(seconds=1))
    Invitation.objects.filter(pk=made[99].pk).update(status="declined")
    html = client_of(ines).get(f"{PAGE}?after={made[99].pk.hex}").content.decode()
    assert shown(html) == [one.organization.name for one in made[100:]]
    assert said(html).startswith("119:")


@pytest.mark.parametrize("after", ["", "x", "\x00", "9" * 5_000, "0" * 32, "theirs", "last"])
def test_place_that_is_none_shows_the_first_ones(client_of, ines, owner, after):
    made = many(ines.email, 3, apart=timedelta(seconds=1))
    theirs = offer(owner, "ada@example.org")
    Invitation.objects.filter(pk=theirs.pk).update(expires_at=made[1].expires_at)
    named = {"theirs": theirs.pk.hex, "last": made[-1].pk.hex}
    response = client_of(ines).get(PAGE, {"after": named.get(after, after)})
    assert response.status_code == 200
    assert shown(response.content.decode()) == [one.organization.name for one in made]


@pytest.mark.parametrize("number", [3, 150, 350])
def test_page_asks_as_seldom_for_very_many(client_of, ines, number):
    many(ines.email, number)
    browser = client_of(ines)
    first = browser.get(PAGE).content.decode()
    for url in (PAGE, PAGE + further(first)):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        assert len(queries) <= MOST, [one["sql"] for one in queries]
