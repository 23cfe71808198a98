"""Signed in as somebody else: the invited address is added to the account by the mail that is read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.links import token_of
from invitations.models import Invitation
from mail.models import Mail
from organizations.models import Membership
from tests.factories import PASSWORD, UserFactory, acting, offer
from tests.invitations.test_every_state import words_and_buttons
from tests.witness import deliver, written

INVITED = "ines@example.org"


@pytest.fixture
def ove(db: None) -> User:
    """Signed in with an address that nobody invited."""
    return UserFactory(name="Ove Berg", email="ove@example.org")


@pytest.fixture
def limited(settings) -> Iterator[None]:
    """The limits that allauth comes with, as the product has them."""
    settings.ACCOUNT_RATE_LIMITS = {}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, INVITED)


def opened(browser: Client, invitation: Invitation) -> str:
    browser.get(f"/i/{token_of(invitation)}/")
    return f"/invitation/{invitation.pk}/"


def confirmation() -> str:
    """The path of the link in the mail that went to the invited address last."""
    letters = [letter for letter in deliver() if letter.to == [INVITED] and "confirm-email" in str(letter.body)]
    links: list[str] = re.findall(r"http://testserver/\S*confirm-email\S*", str(letters[-1].body))
    return urlsplit(links[0]).path


def test_whole_way_of_somebody_who_is_signed_in_with_another_address(signed_in, ove, invitation):
    browser = signed_in(ove)
    page = opened(browser, invitation)
    assert words_and_buttons(browser.get(page))[1] == ["Use another account", f"Add {INVITED} to this account"]
    with written() as news:
        answer = browser.post(f"{page}add-address/", follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert news.actions == ["account.email_added"]
    assert (news.events[0].chain_id, news.events[0].after) == (ove.pk, {"email": INVITED})
    assert [mail.kind for mail in news.mails] == ["accounts.email_confirmation"]
    text, buttons = words_and_buttons(answer)
    assert f"We sent a link to {INVITED}. Open it to confirm the address." in text
    assert "Open the link in the mail that we sent there: it brings you back here." in text
    assert "Send the link again" in buttons

    browser.post(f"{page}accept/", {"version": "1"})  # added is not shown to be theirs
    assert not Membership.objects.filter(user=ove).exists()

    with written() as news:
        answer = browser.post(confirmation())
    assert answer.url == page
    assert news.actions == ["account.email_confirmed"]
    assert "Accept and join" in words_and_buttons(browser.get(page))[1]
    assert browser.post(f"{page}accept/", {"version": "1"}).url == "/o/marram/"
    assert Membership.objects.get(user=ove).organization == invitation.organization


def test_link_that_is_opened_on_a_phone_leads_through_signing_in_to_the_invitation(signed_in, ove, invitation):
    browser = signed_in(ove)
    browser.post(f"{opened(browser, invitation)}add-address/")
    phone = Client()
    answer = phone.post(confirmation())
    sign_in = answer.headers["Location"]
    assert sign_in == f"/accounts/login/?next=%2Finvitation%2F{invitation.pk}%2F"
    answer = phone.post(sign_in, {"login": ove.email, "password": PASSWORD}, follow=True)
    assert "Accept and join" in words_and_buttons(answer)[1]


def test_of_several_invitations_to_the_address_the_one_that_was_opened_is_come_back_to(
    signed_in, ove, invitation, outsider
):
    offer(outsider, INVITED)
    browser = signed_in(ove)
    page = opened(browser, invitation)
    browser.post(f"{page}add-address/")
    assert browser.post(confirmation()).url == page


def test_of_several_that_were_not_opened_here_none_is_guessed(signed_in, ove, invitation, outsider):
    offer(outsider, INVITED)
    browser = signed_in(ove)
    browser.post("/accounts/email/", {"action_add": "", "email": INVITED})
    assert browser.post(confirmation()).url == "/"


# Whose the address is stays untold, and it is taken from nobody.


def test_answer_is_the_same_whether_or_not_somebody_has_an_account_with_the_address(limited, signed_in, owner):
    pages, queued = [], []
    for invited, has_account in (("free@example.org", False), ("taken@example.org", True)):
        if has_account:
            UserFactory(email=invited)
        invitation = offer(owner, invited)
        browser = signed_in(UserFactory(name="Ove Berg", email=f"ove.{invited}"))
        page = opened(browser, invitation)
        before = set(Mail.objects.values_list("pk", flat=True))
        first = browser.post(f"{page}add-address/", follow=True)
        second = browser.post(f"{page}add-address/", follow=True)
        queued.append([mail.kind for mail in Mail.objects.exclude(pk__in=before)])
        pages.append([(one.status_code, words_and_buttons(one)) for one in (first, second)])
    free, taken = (str(one).replace("free@", "X@").replace("taken@", "X@") for one in pages)
    assert free == taken
    assert queued[0] == queued[1] == ["accounts.email_confirmation"]


def test_address_of_somebody_elses_account_stays_theirs(signed_in, ove, invitation, stranger):
    browser = signed_in(ove)
    page = opened(browser, invitation)
    browser.post(f"{page}add-address/")
    link = confirmation()
    assert "This address belongs to another account" in browser.get(link).content.decode()
    browser.post(link)
    assert EmailAddress.objects.get(email=INVITED, verified=True).user == stranger
    browser.post(f"{page}accept/", {"version": "1"})
    assert not Membership.objects.filter(user=ove).exists()
    stranger.refresh_from_db()
    assert stranger.email == INVITED


def test_address_that_is_only_added_opens_nothing_without_the_link(client_of, signed_in, ove, invitation):
    browser = signed_in(ove)
    page = opened(browser, invitation)
    browser.post(f"{page}add-address/")
    assert client_of(ove).get(page).status_code == 404
    assert str(invitation.pk) not in client_of(ove).get("/organizations/").content.decode()


# Limits, and what the button does not do.


def test_mail_is_sent_again_within_limits(limited, signed_in, ove, invitation):
    browser = signed_in(ove)
    page = opened(browser, invitation)
    browser.post(f"{page}add-address/")
    with written() as news:
        answer = browser.post(f"{page}add-address/", follow=True)
    assert news.nothing
    assert "Another one can be sent after three minutes." in words_and_buttons(answer)[0]
    with time_machine.travel(timezone.now() + timedelta(minutes=4)), written() as news:
        answer = browser.post(f"{page}add-address/", follow=True)
    assert [mail.kind for mail in news.mails] == ["accounts.email_confirmation"]
    assert not news.events
    assert f"We sent a link to {INVITED}." in words_and_buttons(answer)[0]


def test_button_is_limited_like_the_page_of_ones_addresses(limited, signed_in, ove, invitation):
    browser = signed_in(ove)
    page = opened(browser, invitation)
    answers = [browser.post(f"{page}add-address/").status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


def test_account_takes_no_more_addresses_than_ten(signed_in, ove, invitation):
    for number in range(9):
        EmailAddress.objects.create(user=ove, email=f"ove{number}@example.org", verified=True)
    browser = signed_in(ove)
    page = opened(browser, invitation)
    with written() as news:
        answer = browser.post(f"{page}add-address/", follow=True)
    assert news.nothing
    assert "An account has at most 10 addresses." in words_and_buttons(answer)[0]


def test_who_did_not_sign_in_a_moment_ago_does_so_and_the_address_is_added(client_of, ove, invitation):
    browser = client_of(ove)
    page = opened(browser, invitation)
    answer = browser.post(f"{page}add-address/")
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email=INVITED).exists()
    with written() as news:
        answer = browser.post(answer.url, {"password": PASSWORD})
    assert answer.url == page
    assert "account.email_added" in news.actions
    assert EmailAddress.objects.filter(user=ove, email=INVITED, verified=False).exists()
    assert browser.get(f"{page}add-address/").url == page


def test_button_takes_no_address_from_whoever_presses_it(signed_in, ove, invitation):
    browser = signed_in(ove)
    browser.post(
        f"{opened(browser, invitation)}add-address/",
        {"email": "hana@example.org", "action_primary": "", "action_remove": ""},
    )
    assert set(EmailAddress.objects.filter(user=ove).values_list("email", flat=True)) == {ove.email, INVITED}


@pytest.mark.parametrize("what", ["revoked", "replaced", "not opened", "nobody", "own", "get"])
def test_button_adds_nothing_where_there_is_none(client_of, signed_in, ove, invitation, owner, org, stranger, what):
    browser = {"nobody": client_of(None), "own": signed_in(stranger)}.get(what) or signed_in(ove)
    page = f"/invitation/{invitation.pk}/"
    if what != "not opened":
        opened(browser, invitation)
    if what == "revoked":
        revoke(actor=acting(owner), organization=org, invitations=[invitation])
    elif what == "replaced":
        resend(actor=acting(owner), organization=org, invitations=[invitation])
    before = EmailAddress.objects.count()
    with written() as news:
        answer = getattr(browser, "get" if what == "get" else "post")(f"{page}add-address/")
    assert news.nothing
    assert EmailAddress.objects.count() == before
    assert answer.status_code == (404 if what == "not opened" else 302)


def test_button_asks_for_the_token_against_forged_forms(ove, invitation):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ove)
    assert browser.post(f"{opened(browser, invitation)}add-address/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_address_its_event_and_its_mail_are_one_change(signed_in, ove, invitation):
    """The event cannot be written: neither address nor mail stays."""
    browser = signed_in(ove)
    page = opened(browser, invitation)
    browser.raise_request_exception = False
    mails = Mail.objects.count()

    def full(execute, sql, params, many, context):
        if "audit_event" in sql and sql.startswith("INSERT"):
            message = "The disk is full."
            raise OSError(message)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(full):
        assert browser.post(f"{page}add-address/").status_code == 500
    assert not EmailAddress.objects.filter(email=INVITED).exists()
    assert Mail.objects.count() == mails
