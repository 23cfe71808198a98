"""What is done to accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import events
from accounts.actions import end_sessions, give_way, note, set_account_active, update_profile
from accounts.mending import mend_address, mend_second_factor
from accounts.models import User
from organizations.actions.accounts import delete_account, forget_person
from tests.audit.telling import Cast, tells
from tests.factories import PASSWORD, UserFactory, acting, offer

THEIR_OWN = "its page is of one's own account"


def sign_in(user: User) -> UserSession:
    Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return UserSession.objects.filter(user=user).latest("pk")


@tells(update_profile, "member account.profile_changed", by="member", asks_nobody=THEIR_OWN)
def their_phone_is_changed(cast: Cast) -> dict[str, Any]:
    return {"user": cast.member.user, "name": cast.member.user.name, "time_zone": "UTC", "phone": "12", "job_title": ""}


@tells(update_profile, "member account.profile_changed", "org member.name_changed", by="member", asks_nobody=THEIR_OWN)
def their_name_is_changed(cast: Cast) -> dict[str, Any]:
    return {"user": cast.member.user, "name": "Mina Smith", "time_zone": "UTC", "phone": "", "job_title": ""}


@tells(note, "member account.signed_in", by="member", asks_nobody="it writes down what has happened")
def they_signed_in(cast: Cast) -> dict[str, Any]:
    return {"user": cast.member.user, "kind": events.SIGNED_IN, "after": {"method": "password"}}


@tells(give_way, "another account.given_way", by="stranger", asks_nobody="who confirmed the address is let in")
def an_account_never_opened_gives_way(cast: Cast) -> dict[str, Any]:
    return {"user": UserFactory(verified=False)}


@tells(end_sessions, "2 member account.session_ended", by="member", asks_nobody=THEIR_OWN)
def two_sessions_are_ended(cast: Cast) -> dict[str, Any]:
    user = cast.member.user
    return {"user": user, "sessions": [sign_in(user), sign_in(user)]}


@tells(
    set_account_active,
    "member account.deactivated",
    "member account.session_ended",
    "org member.account_deactivated",
    by="staff",
)
def an_account_is_deactivated(cast: Cast) -> dict[str, Any]:
    sign_in(cast.member.user)
    return {"user": cast.member.user, "active": False}


@tells(
    mend_address,
    "member account.address_mended",
    "member account.session_ended",
    "org member.address_changed",
    by="staff",
)
def staff_give_an_address(cast: Cast) -> dict[str, Any]:
    sign_in(cast.member.user)
    return {"user": cast.member.user, "address": "mina@new.example.org"}


@tells(mend_second_factor, "member account.second_factor_mended", "org member.two_factor_off", by="staff")
def staff_take_a_second_factor(cast: Cast) -> dict[str, Any]:
    TOTP.activate(cast.member.user, generate_totp_secret())
    return {"user": cast.member.user}


@tells(
    delete_account,
    "org member.account_deleted",
    "member account.session_ended",
    "member account.deleted",
    by="member",
)
def they_delete_their_account(cast: Cast) -> dict[str, Any]:
    sign_in(cast.member.user)
    return {"user": cast.member.user}


@tells(
    delete_account,
    "org member.account_deleted",
    "org invitation.revoked",
    "member account.deleted",
    "3 org person.erased",  # of the account, and of the two invitations that were sent to its addresses
    "member person.erased",
    by="staff",
)
def staff_delete_and_forget(cast: Cast) -> dict[str, Any]:
    user = cast.member.user
    set_account_active(actor=cast.actor("staff"), user=user, active=False)
    offer(cast.owner, "mina@home.example.org")
    EmailAddress.objects.create(user=user, email="mina@home.example.org")
    return {"user": User.objects.get(pk=user.pk), "forget": True, "reason": "A request"}


@tells(forget_person, "2 org person.erased", "member person.erased", by="staff")
def staff_have_somebody_forgotten(cast: Cast) -> dict[str, Any]:
    user = User.objects.get(pk=cast.member.user_id)
    delete_account(actor=acting(user), user=user)
    return {"person": cast.member.user_id, "reason": "A request"}
