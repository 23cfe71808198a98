"""Staff mend how somebody signs in: any account but their own, with an event and a mail."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.mending import mend_address, mend_second_factor
from accounts.models import User
from audit.models import Event, EventType
from tests.factories import PASSWORD, UserFactory, acting
from tests.organizations.changing import row
from tests.witness import deliver, written

NEW = "mina.smith@elsewhere.example.org"


@pytest.fixture
def desk(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def page(name: str, user: User) -> str:
    return reverse(f"admin:accounts_user_{name}", args=[user.pk])


def press(desk: Client, path: str, **data: object) -> None:
    """Open the dialog of a write, then submit it."""
    assert desk.get(path).status_code == 200
    answer = desk.post(path, {"_form_submitted": "True", **data})
    assert answer.status_code == 302, answer.content


def test_new_address_opens_nothing_until_it_is_confirmed(desk, staff, signed_in, client_of, member):
    theirs = signed_in(member)
    theirs.get("/o/marram/")
    with written() as news:
        press(desk, page("new_address", member.user), address=NEW)
    member.user.refresh_from_db()
    assert member.user.email == NEW
    assert row(member)["email"] == NEW
    (address,) = EmailAddress.objects.filter(user=member.user_id)
    assert (address.email, address.verified, address.primary) == (NEW, False, True)
    event = Event.objects.get(action="account.address_mended")
    assert (event.type, event.actor_id, event.chain_id) == (EventType.STAFF_ACTION, staff.pk, member.user_id)
    assert (event.before, event.after) == ({"email": "mina@marram.example.org"}, {"email": NEW})
    assert "account.session_ended" in news.actions
    assert not UserSession.objects.filter(user=member.user_id).exists()
    letters = deliver()
    assert sorted((letter.to[0], letter.subject) for letter in letters if "sign-in" in letter.subject) == [
        (NEW, "Your sign-in address was changed"),
        ("mina@marram.example.org", "Your sign-in address was changed"),
    ]
    assert any(letter.to == [NEW] and "onfirm" in letter.subject for letter in letters)
    again = client_of(None).post("/accounts/login/", {"login": NEW, "password": PASSWORD})
    assert "confirm" in again.headers.get("Location", "") or again.status_code == 200


def test_address_of_another_account_is_refused(desk, member, owner):
    with written() as news:
        press(desk, page("new_address", member.user), address="grace@marram.example.org")
        press(desk, page("new_address", member.user), address="nothing")
    assert news.nothing
    assert row(member)["email"] == "mina@marram.example.org"


def test_lost_second_factor_is_taken_away(desk, staff, member):
    path = page("take_second_factor", member.user)
    assert desk.get(path).status_code == 403  # there is none
    TOTP.activate(member.user, generate_totp_secret())
    deliver()
    with written() as news:
        press(desk, path)
    assert not Authenticator.objects.filter(user=member.user_id).exists()
    assert not row(member)["two_factor"]
    assert "account.two_factor_disabled" not in news.actions
    event = Event.objects.get(action="account.second_factor_mended")
    assert (event.type, event.before) == (EventType.STAFF_ACTION, {"factors": "authenticator app"})
    (letter,) = deliver()
    assert (letter.to, letter.subject) == (["mina@marram.example.org"], "Your second factor was taken away")
    assert "Sam Staff, who runs Roster," in letter.body


def test_only_staff_and_nobody_for_themselves(staff, owner, member):
    with pytest.raises(PermissionDenied, match="Only staff"):
        mend_address(actor=acting(owner), user=member.user, address=NEW)
    with pytest.raises(PermissionDenied, match="Only staff"):
        mend_second_factor(actor=acting(owner), user=member.user)
    with pytest.raises(PermissionDenied, match="their own"):
        mend_address(actor=acting(staff), user=staff, address=NEW)


def test_account_of_staff_is_mended_by_a_superuser_alone(staff):
    clerk = UserFactory(name="Cleo Clerk", is_staff=True)
    for deed in (
        lambda: mend_address(actor=acting(clerk), user=staff, address=NEW),
        lambda: mend_second_factor(actor=acting(clerk), user=staff),
    ):
        with pytest.raises(PermissionDenied, match="a superuser alone"):
            deed()
    assert mend_address(actor=acting(staff), user=clerk, address=NEW)


def test_an_address_confirmed_before_stays_confirmed(staff, member):
    EmailAddress.objects.create(user=member.user, email=NEW, verified=True)
    mend_address(actor=acting(staff), user=member.user, address=NEW)
    assert EmailAddress.objects.get(user=member.user_id).verified


def test_address_that_somebody_else_confirmed_is_taken(staff, member, stranger):
    EmailAddress.objects.create(user=stranger, email=NEW, verified=True)
    with pytest.raises(ValidationError, match="Another account has this address"):
        mend_address(actor=acting(staff), user=member.user, address=NEW)
