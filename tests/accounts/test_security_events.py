"""What concerns the safety of an account is in the account's own chain, however it came about, and in no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from fido2.utils import websafe_encode

from accounts.actions import set_account_active
from accounts.models import User
from audit.models import Event
from organizations.actions.members import remove
from organizations.models import Membership
from tests.accounts.test_two_factor import code_for, turn_on
from tests.factories import PASSWORD, acting
from tests.witness import Written, written

NEW = "seven green parrots"
SignedIn = Callable[[Any], Client]


def told(user: User, news: Written) -> list[str]:
    """What the account's chain says, having made sure that it is said there alone."""
    mine = [event for event in news.events if event.action.startswith("account.")]
    assert {event.chain_id for event in mine} <= {user.pk}
    return [event.action.removeprefix("account.") for event in mine]


def sign_in(browser: Client, user: User, password: str = PASSWORD) -> Any:
    return browser.post("/accounts/login/", {"login": user.email, "password": password})


@pytest.fixture
def user(member: Membership) -> User:
    return member.user


def test_signing_in_and_out(client: Client, user):
    with written() as news:
        sign_in(client, user)
        client.post("/accounts/logout/")
    assert told(user, news) == ["signed_in", "signed_out"]
    assert {event.address for event in news.events} == {"127.0.0.1"}
    assert not UserSession.objects.filter(user=user, session_key=client.session.session_key).exists()


def test_staff_sign_out_of_their_pages(client: Client, staff):
    client.force_login(staff)
    with written() as news:
        client.post("/admin/logout/")
    assert told(staff, news) == ["signed_out"]


def test_nobody_signs_out(client: Client, db):
    with written() as news:
        client.post("/accounts/logout/")
    assert news.nothing


@pytest.mark.parametrize("active", [True, False])
def test_a_wrong_password(client: Client, user, active):
    User.objects.filter(pk=user.pk).update(is_active=active)
    with written() as news:
        sign_in(client, user, "wrong")
    assert told(user, news) == ["sign_in_failed"]
    assert (news.events[0].after, news.events[0].type) == ({"method": "password"}, "SYSTEM_ACTION")


def test_the_right_password_of_a_deactivated_account(client: Client, user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    with written() as news:
        sign_in(client, user)
    assert told(user, news) == ["sign_in_failed"]


def test_a_wrong_password_when_one_is_asked_again(signed_in: SignedIn, user):
    browser = signed_in(user)
    with written() as news:
        browser.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert told(user, news) == ["sign_in_failed"]


def test_a_wrong_code_and_a_wrong_passkey(signed_in: SignedIn, client: Client, user):
    turn_on(signed_in(user))
    sign_in(client, user)
    with written() as news:
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert told(user, news) == ["sign_in_failed"]
    with written() as news:
        client.post("/accounts/2fa/authenticate/", {"credential": "{}"})
    assert told(user, news) == ["sign_in_failed"]
    assert news.events[0].after == {"method": "passkey"}


def test_a_wrong_passkey_alone(client: Client, user, stranger):
    """Whose it is says the passkey itself, as an address does that comes with a password."""
    client.get("/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    with written() as news:
        client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(answer_of(str(user.pk)))})
    assert told(user, news) == ["sign_in_failed"]
    assert news.events[0].after == {"method": "passkey"}
    for nobody in (str(uuid4()), "nobody", ""):
        with written() as news:
            client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(answer_of(nobody))})
        assert news.nothing
    assert not UserSession.objects.exists()


def answer_of(person: str) -> dict[str, Any]:
    """What a passkey answers that nobody here knows, of somebody's account."""
    said = {"type": "webauthn.get", "challenge": "YQ", "origin": "http://testserver"}
    response = {
        "clientDataJSON": websafe_encode(json.dumps(said).encode()),
        "authenticatorData": websafe_encode(bytes(32) + b"\x05" + bytes(4)),
        "signature": "YQ",
        "userHandle": websafe_encode(person.encode()),
    }
    return {"id": "YQ", "rawId": "YQ", "type": "public-key", "response": response}


def test_a_second_factor_is_set_up_used_and_taken_away(signed_in: SignedIn, client: Client, user):
    browser = signed_in(user)
    with written() as news:
        secret, _ = turn_on(browser)
        browser.post("/accounts/2fa/recovery-codes/generate/")
    assert sorted(told(user, news)) == ["recovery_codes_made", "recovery_codes_made", "two_factor_enabled"]
    sign_in(client, user)
    with written() as news:
        client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
        browser.post("/accounts/2fa/totp/deactivate/")
    assert set(told(user, news)) >= {"two_factor_disabled"}


@pytest.mark.parametrize("headers", [{"X-Requested-With": "XMLHttpRequest"}, {"Accept": "application/json"}])
def test_failures_are_written_down_whoever_asks(signed_in: SignedIn, client: Client, user, headers):
    """To a script a form with mistakes is answered with 400: that takes nothing back."""
    turn_on(signed_in(user))
    with written() as news:
        answer = client.post("/accounts/login/", {"login": user.email, "password": "not mine at all"}, headers=headers)
    assert answer.status_code == 400
    assert told(user, news) == ["sign_in_failed"]
    sign_in(client, user)
    with written() as news:
        client.post("/accounts/2fa/authenticate/", {"code": "000000"}, headers=headers)
    assert told(user, news) == ["sign_in_failed"]


def test_a_passkey_gets_another_name(signed_in: SignedIn, user):
    browser = signed_in(user)
    key = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": {}}
    )
    page = f"/accounts/2fa/webauthn/keys/{key.pk}/edit/"
    with written() as news:
        assert browser.post(page, {"name": "Old phone"}).status_code == 302
    assert told(user, news) == ["passkey_renamed"]
    assert (news.events[0].before, news.events[0].after) == ({"name": "Phone"}, {"name": "Old phone"})
    with written() as news:
        assert browser.post(page, {"name": "Old phone"}).status_code == 302
        for name in ("", "x" * 101, "phone\u202e", "https://phone.example"):
            assert browser.post(page, {"name": name}).status_code == 200
    assert news.nothing
    key.refresh_from_db()
    assert key.data["name"] == "Old phone"


def test_another_password_ends_other_sessions_and_says_so(signed_in: SignedIn, user):
    here, there = signed_in(user), signed_in(user)
    with written() as news:
        here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert told(user, news) == ["password_changed", "session_ended"]
    assert here.get("/accounts/profile/").status_code == 200
    assert there.get("/accounts/profile/").status_code == 302


def test_a_password_chosen_anew_by_mail_ends_all_sessions(signed_in: SignedIn, client: Client, user, mailed_link):
    browser = signed_in(user)
    client.post("/accounts/password/reset/", {"email": user.email})
    page: Any = client.get(mailed_link("password/reset/key"))
    with written() as news:
        client.post(page["Location"], {"password1": NEW, "password2": NEW})
    assert told(user, news) == ["password_reset", "session_ended"]
    assert browser.get("/accounts/profile/").status_code == 302


def test_sessions_end_with_the_account(signed_in: SignedIn, staff, user):
    browsers = [signed_in(user) for _ in range(2)]
    with written() as news:
        set_account_active(actor=acting(staff), user=user, active=False)
    assert told(user, news) == ["deactivated", "session_ended", "session_ended"]
    assert len({event.batch for event in news.events}) == 1
    assert {browser.get("/accounts/profile/").status_code for browser in browsers} == {302}


def test_sessions_end_with_the_last_membership(signed_in: SignedIn, owner, member, user):
    signed_in(user)
    with written() as news:
        remove(actor=acting(owner), organization=owner.organization, memberships=[member])
    assert told(user, news) == ["session_ended"]
    assert Event.objects.get(action="account.session_ended").actor_label == "Grace Okafor"
