"""Turns what the sign-in pages did into events."""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import events
from accounts.actions import end_other_sessions, give_way, note
from accounts.actors import oneself
from accounts.emails import send_notice
from accounts.models import User
from audit.actors import SYSTEM
from audit.events import EventKind

_ADDED = {
    Authenticator.Type.TOTP: events.TWO_FACTOR_ENABLED,
    Authenticator.Type.WEBAUTHN: events.PASSKEY_ADDED,
    Authenticator.Type.RECOVERY_CODES: events.RECOVERY_CODES_MADE,
}
_REMOVED = {
    Authenticator.Type.TOTP: events.TWO_FACTOR_DISABLED,
    Authenticator.Type.WEBAUTHN: events.PASSKEY_REMOVED,
}
_MAILED_WHEN_ADDED = {
    Authenticator.Type.TOTP: "totp_activated",
    Authenticator.Type.WEBAUTHN: "webauthn_added",
}
_MAILED_WHEN_REMOVED = {
    Authenticator.Type.TOTP: "totp_deactivated",
    Authenticator.Type.WEBAUTHN: "webauthn_removed",
}
_METHODS = {
    "signup": "new account",
    "password": "password",
    "mfa": "second factor",
    "password_reset": "link by mail",
    "code": "code",
}


def _note(
    user: User, kind: EventKind, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
) -> None:
    note(actor=oneself(user), user=user, kind=kind, before=before, after=after)


@receiver(account.user_signed_up)
def note_sign_up(user: User, **kwargs: Any) -> None:
    _note(user, events.SIGNED_UP, after={"email": user.email})


@receiver(account.user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    methods = [_method(each) for each in get_authentication_records(request, user)]
    _note(user, events.SIGNED_IN, after={"method": ", ".join(dict.fromkeys(methods))})


@receiver(user_logged_out)
def note_sign_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _note(user, events.SIGNED_OUT)


@receiver([account.password_changed, account.password_set])
def note_password_change(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _note(user, events.PASSWORD_CHANGED)
    end_other_sessions(actor=oneself(user), user=user, but=request.session.session_key)


@receiver(account.password_reset)
def note_password_reset(user: User, **kwargs: Any) -> None:
    _note(user, events.PASSWORD_RESET)
    end_other_sessions(actor=oneself(user), user=user, but=None)


@receiver(account.email_added)
def note_email_added(user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    _note(user, events.EMAIL_ADDED, after={"email": email_address.email})


@receiver(account.email_confirmed)
def note_email_confirmed(email_address: EmailAddress, **kwargs: Any) -> None:
    user = email_address.user
    _note(user, events.EMAIL_CONFIRMED, after={"email": email_address.email})
    for squatter in User.objects.never_opened(email_address.email).exclude(pk=user.pk):
        give_way(actor=oneself(user), user=squatter)


@receiver(account.email_removed)
def note_email_removed(user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    _note(user, events.EMAIL_REMOVED, before={"email": email_address.email})


@receiver(account.email_changed)
def note_primary_changed(
    user: User, from_email_address: EmailAddress | None, to_email_address: EmailAddress, **kwargs: Any
) -> None:
    before = {"email": from_email_address.email if from_email_address else ""}
    _note(user, events.EMAIL_PRIMARY_CHANGED, before, {"email": to_email_address.email})


# allauth tells of second factors after the commit, when it is too late for the event and the mail: their rows tell.
@receiver(post_save, sender=Authenticator)
def note_second_factor_added(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        _note(instance.user, _ADDED[instance.type], after=_named(instance))
        if fact := _MAILED_WHEN_ADDED.get(instance.type):
            send_notice(fact, instance.user)


@receiver(post_delete, sender=Authenticator)
def note_second_factor_removed(instance: Authenticator, origin: Any, **kwargs: Any) -> None:
    if isinstance(origin, User):
        return  # the account itself is deleted
    if instance.type == Authenticator.Type.RECOVERY_CODES:
        if is_mfa_enabled(instance.user):  # new ones take their place; otherwise they go with the last second factor
            send_notice("recovery_codes_generated", instance.user)
        return
    _note(instance.user, _REMOVED[instance.type], before=_named(instance))
    send_notice(_MAILED_WHEN_REMOVED[instance.type], instance.user)


@receiver(mfa.authentication_failed)
def note_second_factor_failed(user: User, **kwargs: Any) -> None:
    note(actor=SYSTEM, user=user, kind=events.SIGN_IN_FAILED, after={"method": "second factor"})


def _named(authenticator: Authenticator) -> dict[str, Any] | None:
    if authenticator.type != Authenticator.Type.WEBAUTHN:
        return None
    return {"name": authenticator.wrap().name}


def _method(record: dict[str, Any]) -> str:
    if record.get("type") == Authenticator.Type.WEBAUTHN:
        return "passkey"
    return _METHODS.get(record["method"], str(record["method"]))
