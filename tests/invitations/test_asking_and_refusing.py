"""What a person does with an offer that has expired, or that they never wanted."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.actions.answering import ask_anew
from invitations.actions.refusing import allow_again
from invitations.actions.resending import resend
from invitations.links import token_of
from invitations.models import Invitation, Refusal
from organizations.actions.organizations import settle_lapsed
from tests.factories import UserFactory, acting, count_again, invitee, offer
from tests.witness import counters, deliver, written


def opened(client, invitation):
    """The browser after the link in the mail."""
    return client.get(f"/i/{token_of(invitation)}/").headers["Location"]


@pytest.fixture
def expired(org, owner, staff):
    invitation = offer(owner, "ines@example.org", days=1)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    settle_lapsed(actor=acting(staff), organization=org, batch=org.pk)
    invitation.refresh_from_db()
    return invitation


def test_whoever_let_an_offer_expire_asks_once_for_a_new_one_and_its_inviter_is_told(org, owner, expired, client_of):
    deliver()
    browser = client_of(None)
    page = opened(browser, expired)
    assert "Ask for a new one" in browser.get(page).content.decode()
    with written() as news:
        browser.post(f"{page}ask/")
        browser.post(f"{page}ask/")
    assert news.actions == ["invitation.asked_anew"]
    (letter,) = deliver()
    assert letter.to == [owner.email]
    assert f"/o/marram/invitations/{expired.pk}/resend/" in str(letter.body)
    assert "You asked for a new one" in browser.get(page).content.decode()
    done = resend(actor=acting(owner), organization=org, invitations=[expired]).done
    assert (done[0].status, done[0].version, done[0].asked_at) == ("pending", 2, None)
    assert counters(org) == (1, 0, 1)


def test_an_open_offer_is_not_asked_for_anew(owner, client_of):
    invitation = offer(owner, "ines@example.org")
    browser = client_of(None)
    page = opened(browser, invitation)
    with written() as news:
        browser.post(f"{page}ask/")
    assert news.nothing


def test_nobody_without_the_link_or_the_address_asks_or_refuses(expired, client_of, outsider):
    for verb in ("ask", "no-more"):
        for browser in (client_of(None), client_of(outsider)):
            assert browser.post(f"/invitation/{expired.pk}/{verb}/").status_code == 404
            assert browser.get(f"/invitation/{expired.pk}/{verb}/").status_code in (404, 405)


@pytest.mark.parametrize(("scope", "elsewhere"), [("here", "ready"), ("everywhere", "refused")])
def test_whoever_wants_no_more_invitations_gets_none(org, owner, other_org, outsider, client_of, scope, elsewhere):
    invitation = offer(owner, "ines@example.org")
    browser = client_of(None)
    page = opened(browser, invitation)
    with written() as news:
        browser.post(f"{page}no-more/", {"scope": scope})
        browser.post(f"{page}no-more/", {"scope": scope})
    assert sorted(news.actions) == ["invitation.declined", "invitation.refused_further"]
    assert not deliver()  # the link that had not left yet is no longer wanted
    assert counters(org) == (1, 0, 0)
    with pytest.raises(ValidationError, match="asked for no more invitations"):
        offer(owner, "ines@example.org")
    if elsewhere == "refused":
        with pytest.raises(ValidationError, match="asked for no more invitations"):
            offer(outsider, "ines@example.org")
    else:
        assert offer(outsider, "ines@example.org").status == "pending"


@pytest.mark.parametrize("scope", ["here", "everywhere"])
def test_the_page_says_that_no_more_come_and_offers_it_no_more(owner, client_of, outsider, scope):
    invitation = offer(owner, "ines@example.org")
    browser = client_of(None)
    page = opened(browser, invitation)
    browser.post(f"{page}no-more/", {"scope": scope})
    said = browser.get(page).content.decode().replace("<wbr>", "")
    assert "ines@example.org gets no more invitations of Marram Instruments either" in said
    assert "Get no more invitations" not in said
    assert "to invite you again" not in said
    elsewhere = client_of(outsider)
    opened(elsewhere, invitation)
    assert "gets no more" not in elsewhere.get(page).content.decode()  # nothing of theirs is told to another account


def test_whoever_asked_for_no_more_asks_for_no_new_one(expired, client_of):
    Invitation.objects.filter(pk=expired.pk).update(status="expired")
    count_again()
    browser = client_of(None)
    page = opened(browser, expired)
    assert "Ask for a new one" in browser.get(page).content.decode()
    browser.post(f"{page}no-more/", {"scope": "here"})
    said = browser.get(page).content.decode()
    assert "asked for no more invitations" in said
    assert "Ask for a new one" not in said


def test_somebody_else_who_is_signed_in_does_not_speak_for_the_address(owner, client_of, stranger):
    invitation = offer(owner, "someone@example.org")
    browser = client_of(stranger)
    page = opened(browser, invitation)
    browser.post(f"{page}no-more/", {"scope": "here"})
    assert not Refusal.objects.exists()


def test_it_can_be_taken_back(org, owner, client_of):
    user = UserFactory(email="ines@example.org")
    invitation = offer(owner, user.email)
    client_of(user).post(f"/invitation/{invitation.pk}/no-more/", {"scope": "here"})
    with written() as news:
        allow_again(actor=invitee(user), organization=org, email=user.email)
        allow_again(actor=invitee(user), organization=org, email=user.email)
    assert news.actions == ["invitation.allowed_again"]
    assert offer(owner, user.email).status == "pending"


def test_an_offer_of_access_that_would_be_over_is_not_asked_for_anew(org, owner, stranger):
    """It cannot be sent again, so that nobody is mailed a link that leads to a refusal."""
    invitation = offer(owner, stranger.email)
    moment = timezone.now() - timedelta(hours=1)
    Invitation.objects.filter(pk=invitation.pk).update(status="expired", expires_at=moment, access_ends_at=moment)
    count_again(org)
    with written() as news, pytest.raises(ValidationError, match="would have ended by now") as refusal:
        ask_anew(actor=invitee(stranger), invitation=invitation, version=1)
    assert refusal.value.code == "access_ended"
    assert news.nothing


def test_an_older_link_asks_for_nothing(org, owner, client_of):
    invitation = offer(owner, "ines@example.org", days=1)
    browser = client_of(None)
    page = opened(browser, invitation)
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    with time_machine.travel(timezone.now() + timedelta(days=2)), written() as news:
        browser.post(f"{page}ask/")
    assert "invitation.asked_anew" not in news.actions
