"""From whom one's addresses get no more invitations, and the button that takes a refusal back."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from invitations.models import Refusal
from tests.factories import UserFactory, found, offer
from tests.test_queries import MOST, asked
from tests.witness import written


def refuse(browser: Client, invitation, scope: str = "here") -> Refusal:
    browser.post(f"/invitation/{invitation.pk}/no-more/", {"scope": scope})
    return Refusal.objects.filter(email=invitation.email).latest("created_at")


def page(browser: Client) -> str:
    return browser.get("/organizations/").content.decode().replace("<wbr>", "")


def test_refusals_are_listed_with_address_organization_and_time(client_of, owner, outsider, stranger):
    browser = client_of(stranger)
    assert "You get no more invitations from" not in page(browser)
    refuse(browser, offer(owner, stranger.email))
    refuse(browser, offer(outsider, stranger.email), "everywhere")
    text = page(browser)
    section = text[text.index("You get no more invitations from") :]
    for part in ("Marram Instruments", "Any organization", f"For {stranger.email}, refused <time"):
        assert part in section
    assert section.count("Allow again</button>") == 2


def test_allowing_an_organization_again(client_of, owner, stranger):
    browser = client_of(stranger)
    refusal = refuse(browser, offer(owner, stranger.email))
    with written() as news:
        answer = browser.post(f"/refusals/{refusal.pk}/allow/", follow=True)
    assert answer.redirect_chain == [("/organizations/", 302)]
    assert "<b>ines@example.org</b> takes invitations from Marram Instruments again." in answer.content.decode()
    assert [(one.action, one.actor_id, one.chain_id) for one in news.events] == [
        ("invitation.allowed_again", stranger.pk, owner.organization_id)
    ]
    assert "You get no more invitations from" not in page(browser)
    assert offer(owner, stranger.email).status == "pending"


def test_allowing_all_again_leaves_single_refusals_and_stands_in_the_persons_own_record(
    client_of, owner, outsider, stranger
):
    browser = client_of(stranger)
    refuse(browser, offer(outsider, stranger.email))
    refuse(browser, offer(owner, stranger.email), "everywhere")
    everywhere = Refusal.objects.get(organization=None)
    with written() as news:
        answer = browser.post(f"/refusals/{everywhere.pk}/allow/", follow=True)
    assert "takes invitations again, but for organizations that were refused by name." in answer.content.decode()
    assert [(one.action, one.chain_id, one.after) for one in news.events] == [
        ("invitation.allowed_again", stranger.pk, {"scope": "everywhere"})
    ]
    assert offer(owner, stranger.email).status == "pending"
    with pytest.raises(ValidationError, match="asked for no more invitations"):
        offer(outsider, stranger.email)


@pytest.mark.parametrize("who", ["somebody else", "unverified", "former", "nobody"])
def test_refusal_of_an_address_that_is_not_shown_to_be_ones_own_is_not_there(client_of, owner, stranger, who):
    refusal = refuse(client_of(stranger), offer(owner, stranger.email))
    person = UserFactory()
    if who == "unverified":
        EmailAddress.objects.create(user=person, email=stranger.email, verified=False)
    elif who == "former":
        EmailAddress.objects.filter(user=stranger).delete()
        person = stranger
    browser = client_of(None if who == "nobody" else person)
    with written() as news:
        answer = browser.post(f"/refusals/{refusal.pk}/allow/")
    assert answer.status_code == (302 if who == "nobody" else 404)
    assert news.nothing
    assert Refusal.objects.filter(pk=refusal.pk).exists()
    if who != "nobody":
        assert "You get no more invitations from" not in page(browser)


def test_opening_the_address_of_the_button_changes_nothing(client_of, owner, stranger):
    browser = client_of(stranger)
    refusal = refuse(browser, offer(owner, stranger.email))
    assert browser.get(f"/refusals/{refusal.pk}/allow/").status_code == 405
    assert Refusal.objects.filter(pk=refusal.pk).exists()


def test_pressed_twice_the_second_finds_nothing(client_of, owner, stranger):
    browser = client_of(stranger)
    refusal = refuse(browser, offer(owner, stranger.email))
    browser.post(f"/refusals/{refusal.pk}/allow/")
    with written() as news:
        assert browser.post(f"/refusals/{refusal.pk}/allow/").status_code == 404
    assert news.nothing


def test_list_asks_as_often_for_many_refusals(client_of, owner, stranger):
    browser = client_of(stranger)
    browser.get("/organizations/")
    counts = []
    for size in (1, 30):
        for number in range(size):
            other = found(owner.user, f"Team {size} {number}", f"team-{size}-{number}")
            Refusal.objects.create(email=stranger.email, organization=other.organization)
        with CaptureQueriesContext(connection) as queries:
            browser.get("/organizations/")
        counts.append(asked(queries))
    assert counts[0] == counts[1]
    assert len(counts[0]) <= MOST
