"""A second factor: on, used, off."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from accounts.signals import user_changed
from tests.factories import PASSWORD
from tests.witness import deliver, written

pytestmark = pytest.mark.django_db


def code_for(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def told():
    heard = []

    def listen(two_factor, **kwargs):
        heard.append(two_factor)

    user_changed.connect(listen)
    yield heard
    user_changed.disconnect(listen)


def turn_on(browser):
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    return secret, browser.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})


def test_an_app_is_set_up_and_removed_with_events_and_mail(stranger, signed_in, told):
    browser = signed_in(stranger)
    with written() as news:
        _, answer = turn_on(browser)
    assert answer.status_code == 302
    assert set(news.actions) == {"account.two_factor_enabled", "account.recovery_codes_made"}
    assert told == [True]
    assert {letter.subject for letter in deliver()} >= {"Two-factor is on"}

    codes = browser.get("/accounts/2fa/recovery-codes/")
    assert len(codes.context["unused_codes"]) == 10

    with written() as news:
        browser.post("/accounts/2fa/totp/deactivate/")
    assert "account.two_factor_disabled" in news.actions
    assert told == [True, False]
    assert not Authenticator.objects.filter(user=stranger).exists()


def test_a_wrong_code_sets_nothing_up(stranger, signed_in, told):
    browser = signed_in(stranger)
    browser.get("/accounts/2fa/totp/activate/")
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert answer.context["form"].errors["code"] == ["This code is not right, or it is too old."]
    assert told == []


def test_signing_in_then_asks_for_a_code_or_a_recovery_code(stranger, signed_in, client):
    browser = signed_in(stranger)
    turn_on(browser)
    recovery = browser.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]

    answer = client.post("/accounts/login/", {"login": stranger.email, "password": PASSWORD})
    assert answer.url == "/accounts/2fa/authenticate/"
    assert client.get("/accounts/profile/").status_code == 302
    with written() as news:
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert news.actions == ["account.sign_in_failed"]
    with written() as news:
        client.post("/accounts/2fa/authenticate/", {"code": recovery})
    assert news.events[-1].after == {"method": "password, second factor"}
    assert client.get("/accounts/profile/").status_code == 200


def test_a_second_factor_is_changed_by_those_who_signed_in_a_moment_ago(stranger, signed_in, client_of):
    turn_on(signed_in(stranger))
    answer = client_of(stranger).post("/accounts/2fa/totp/deactivate/")
    assert "reauthenticate" in answer.url
    assert Authenticator.objects.filter(user=stranger).exists()


def test_what_no_passkey_answers_is_refused_in_words(stranger, signed_in):
    answer = signed_in(stranger).post(
        "/accounts/2fa/webauthn/add/", {"name": "Laptop", "credential": '{"id": "\\ud800"}'}
    )
    assert answer.status_code == 200
    assert "This is not what a passkey answers." in answer.content.decode()
    assert not Authenticator.objects.exists()
