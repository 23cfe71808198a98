"""The mails about an account: queued by ids, written when they are sent, so that no row holds a link or its key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_time
from django.utils.dateparse import parse_datetime
from uuid_utils.compat import uuid7

from accounts.models import User
from audit.ambient import origin
from mail.kinds import Message, register
from mail.outbox import enqueue
from mail.rendering import render


@dataclass(frozen=True)
class Notice:
    """A change of an account that its holder is told of: the subject, and the sentence that says it.

    `own`: the holder did it, or somebody in their name; else whoever mended it, whom the sentence names.
    """

    subject: str
    sentence: str
    own: bool = True


NOTICES = {
    "password_changed": Notice("Your password was changed", "The password of your account was changed."),
    "password_set": Notice("Your account has a password now", "A password was set for your account."),
    "password_reset": Notice("Your password was changed", "A new password was set with a link that we mailed to you."),
    "email_changed": Notice(
        "Your main address was changed", "Mail from Roster now goes to {to_email}, no longer to {from_email}."
    ),
    "address_mended": Notice(
        "Your sign-in address was changed",
        "{by} changed the address that you sign in with from {from_email} to {to_email}. "
        "You were signed out everywhere.",
        own=False,
    ),
    "second_factor_mended": Notice(
        "Your second factor was taken away",
        "{by} took the second factor of your account away, since it was lost. You were signed out everywhere.",
        own=False,
    ),
    "email_deleted": Notice("An address was removed", "{deleted_email} no longer belongs to your account."),
    "totp_activated": Notice(
        "Two-factor is on", "An authenticator app was added. Signing in by password now also asks for its code."
    ),
    "totp_deactivated": Notice("Your authenticator app was removed", "Signing in no longer asks for its codes."),
    "recovery_codes_generated": Notice(
        "New recovery codes", "New recovery codes were made for your account. The ones before no longer work."
    ),
    "webauthn_added": Notice("A passkey was added", "A passkey was added. It opens your account."),
    "webauthn_removed": Notice("A passkey was removed", "A passkey was removed. It no longer opens your account."),
}


def send_confirmation(address: EmailAddress) -> None:
    """Ask whoever reads mail at this address to confirm it."""
    _queue("email_confirmation", address=str(address.pk))


def send_password_reset(user: User, to: str, by: str = "") -> None:
    """Mail a link for a new password; `by` is who asked for it, where that was not the account's holder."""
    _queue("password_reset_key", user=str(user.pk), to=to, **({"by": by} if by else {}))


def send_account_exists(to: str) -> None:
    """Tell somebody who signs up again that they have an account."""
    _queue("account_exists", to=to)


def send_unknown_account(to: str) -> None:
    """Tell somebody who asks for a new password that nobody has an account with this address."""
    _queue("unknown_account", to=to)


def send_notice(fact: str, user: User, to: str = "", **details: str) -> None:
    """Tell the account's holder, at their main address or at the one that it is about."""
    to = to or EmailAddress.objects.get_primary_email(user) or user.email
    _queue(fact, **details, user=str(user.pk), to=to, ip=origin().address or "", at=timezone.now().isoformat())


def send_account_deleted(user: User, by: str) -> None:
    """Tell its person that the account is gone; `by` is who did it, where that was not they."""
    to = EmailAddress.objects.get_primary_email(user) or user.email
    told = {"label": user.label, "time_zone": user.time_zone, "ip": origin().address or ""}
    _queue("account_deleted", **told, to=to, by=by, at=timezone.now().isoformat())


def build_confirmation(ids: dict[str, str]) -> Message | None:
    address = EmailAddress.objects.select_related("user").filter(pk=ids["address"], verified=False).first()
    if address is None or not address.user.is_active:
        return None
    link = _link("account_confirm_email", EmailConfirmationHMAC(address).key)
    return _write("email_confirmation", address.email, link=link, address=address)


def build_password_reset(ids: dict[str, str]) -> Message | None:
    user = User.objects.filter(pk=ids["user"], is_active=True).first()
    if user is None:
        return None
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    link = settings.BASE_URL + path.replace("UID-KEY", quote(f"{user_pk_to_url_str(user)}-{token}"))
    return _write("password_reset_key", ids["to"], link=link, user=user, by=ids.get("by", ""))


def build_account_exists(ids: dict[str, str]) -> Message:
    return _write("account_exists", ids["to"], link=_link("account_login"), reset_link=_link("account_reset_password"))


def build_unknown_account(ids: dict[str, str]) -> Message:
    return _write("unknown_account", ids["to"], link=_link("account_signup"))


def build_account_deleted(ids: dict[str, str]) -> Message | None:
    """From the row alone: there is no account any more to read it from. Given up once, it is not wanted again."""
    at = parse_datetime(ids.get("at", ""))
    if at is None:
        return None
    return _write(
        "account_deleted",
        ids["to"],
        label=ids["label"],
        by=ids["by"],
        when=_said(at, ids["time_zone"]),
        ip="" if ids["by"] else ids["ip"],
        link=settings.BASE_URL,
    )


def build_notice(fact: str, ids: dict[str, str]) -> Message | None:
    user = User.objects.filter(pk=ids["user"]).first()
    at = parse_datetime(ids["at"])
    if user is None or at is None:
        return None
    notice = NOTICES[fact]
    return _write(
        "notice",
        ids["to"],
        subject=notice.subject,
        sentence=notice.sentence.format(**ids),
        user=user,
        when=_said(at, user.time_zone),
        ip=ids["ip"],
        own=notice.own,
        link=_link("account_reset_password" if notice.own else "account_login"),
    )


def register_all() -> None:
    register("accounts.email_confirmation", build_confirmation)
    register("accounts.password_reset_key", build_password_reset)
    register("accounts.account_exists", build_account_exists)
    register("accounts.unknown_account", build_unknown_account)
    register("accounts.account_deleted", build_account_deleted, told_by_row=True)
    for fact in NOTICES:
        register(f"accounts.{fact}", partial(build_notice, fact))


def _queue(fact: str, **ids: str) -> None:
    with transaction.atomic():
        enqueue(f"accounts.{fact}", f"accounts.{fact}:{uuid7()}", ids)


def _said(at: datetime, zone: str) -> str:
    with timezone.override(zone):
        return f"{format_time(timezone.localtime(at), 'l j F Y, H:i')} ({zone})"


def _link(name: str, *args: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


def _write(template: str, to: str, **context: Any) -> Message:
    return render(f"accounts/email/{template}", {**context, "to": to, "operator": settings.OPERATOR}, to=to)
