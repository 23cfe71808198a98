"""The addresses of an account."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from accounts.signals import user_changed
from audit.models import Event
from tests.factories import UserFactory
from tests.witness import deliver, written

pytestmark = pytest.mark.django_db


def test_an_address_is_added_confirmed_and_made_the_main_one(stranger, signed_in, mailed_link):
    browser = signed_in(stranger)
    with written() as news:
        browser.post("/accounts/email/", {"action_add": "", "email": "Ines@Studio.example.org"})
    assert news.actions == ["account.email_added"]
    browser.post(mailed_link("confirm-email"))
    assert EmailAddress.objects.get(email="ines@studio.example.org").verified

    heard = []

    def listen(user, **kwargs):
        heard.append(user.email)

    user_changed.connect(listen)
    try:
        with written() as news:
            browser.post("/accounts/email/", {"action_primary": "", "email": "ines@studio.example.org"})
    finally:
        user_changed.disconnect(listen)
    stranger.refresh_from_db()
    assert stranger.email == "ines@studio.example.org"
    assert heard == ["ines@studio.example.org"]
    assert news.actions == ["account.email_primary_changed"]
    assert news.events[0].before == {"email": "ines@example.org"}
    [letter] = deliver()
    assert letter.to == ["ines@example.org"]  # the address that is no longer the main one hears of it
    assert "ines@studio.example.org" in letter.body


def test_an_address_is_removed_with_its_event_and_its_mail(stranger, signed_in):
    EmailAddress.objects.create(user=stranger, email="old@example.org", verified=True)
    browser = signed_in(stranger)
    with written() as news:
        browser.post("/accounts/email/", {"action_remove": "", "email": "old@example.org"})
    assert news.actions == ["account.email_removed"]
    assert not EmailAddress.objects.filter(email="old@example.org").exists()
    assert "old@example.org no longer belongs" in deliver()[-1].body


def test_the_main_address_cannot_be_removed(stranger, signed_in):
    browser = signed_in(stranger)
    answer = browser.post("/accounts/email/", {"action_remove": "", "email": stranger.email}, follow=True)
    assert "main address" in answer.content.decode()
    assert EmailAddress.objects.filter(email=stranger.email).exists()


def test_nobody_learns_whether_an_address_has_an_account(stranger, signed_in):
    UserFactory(email="taken@example.org")
    browser = signed_in(stranger)
    taken = browser.post("/accounts/email/", {"action_add": "", "email": "taken@example.org"}, follow=True)
    free = browser.post("/accounts/email/", {"action_add": "", "email": "free@example.org"}, follow=True)
    assert taken.status_code == free.status_code
    assert "taken@example.org" in taken.content.decode()


def test_changes_are_for_those_who_signed_in_a_moment_ago(stranger, client_of):
    browser = client_of(stranger)
    answer = browser.post("/accounts/email/", {"action_add": "", "email": "more@example.org"})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="more@example.org").exists()


# Naming an address is not having it: only who reads its mail does.


def sign_up(browser, email, name):
    return browser.post("/accounts/signup/", {"name": name, "email": email, "password1": "seven green parrots"})


def test_an_address_that_somebody_only_names_is_free_to_sign_up_with(stranger, signed_in, client, mailed_link):
    signed_in(stranger).post("/accounts/email/", {"action_add": "", "email": "hana@example.org"})
    deliver()
    with written() as news:
        sign_up(client, "hana@example.org", "Hana Kobayashi")
    assert [mail.kind for mail in news.mails] == ["accounts.email_confirmation"]
    client.post(mailed_link("confirm-email"))
    assert EmailAddress.objects.get(email="hana@example.org", verified=True).user.name == "Hana Kobayashi"


def test_a_new_password_is_never_mailed_to_an_address_that_somebody_only_names(stranger, signed_in, client):
    signed_in(stranger).post("/accounts/email/", {"action_add": "", "email": "hana@example.org"})
    with written() as news:
        client.post("/accounts/password/reset/", {"email": "hana@example.org"})
    assert [mail.kind for mail in news.mails] == ["accounts.unknown_account"]


def test_who_confirms_an_address_takes_it_from_an_account_that_never_did(stranger, signed_in, mailed_link):
    squatter = Client()
    sign_up(squatter, "hana@example.org", "Mallory Marsh")
    deliver()
    taken = User.objects.get(email="hana@example.org").pk
    browser = signed_in(stranger)
    browser.post("/accounts/email/", {"action_add": "", "email": "hana@example.org"})
    browser.post(mailed_link("confirm-email"))
    assert not User.objects.filter(pk=taken).exists()
    assert Event.objects.get(chain_id=taken, number=2).action == "account.given_way"
    browser.post("/accounts/email/", {"action_primary": "", "email": "hana@example.org"})
    stranger.refresh_from_db()
    assert stranger.email == "hana@example.org"
    assert squatter.get("/accounts/confirm-email/").status_code == 200


def test_an_account_that_was_opened_keeps_its_main_address(client_of, stranger, signed_in, mailed_link):
    unconfirmed = UserFactory(email="hana@example.org", verified=False)
    client_of(unconfirmed)  # let in without a confirmed address, as who is made at the command line
    browser = signed_in(stranger)
    browser.post("/accounts/email/", {"action_add": "", "email": "hana@example.org"})
    browser.post(mailed_link("confirm-email"))
    assert User.objects.filter(pk=unconfirmed.pk).exists()
