"""Mending how somebody else signs in: a link for a new password, a new address, a second factor that was lost.

`send_reset`, `give_address` and `take_second_factors` are for actions that have asked whether it may be, and have the
account locked; `mend_address` and `mend_second_factor` are what staff do to any account.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts import events
from accounts.actions import account_action, end_sessions
from accounts.addresses import normalise
from accounts.emails import send_confirmation, send_notice, send_password_reset
from accounts.models import User
from accounts.signals import user_changed
from audit.actions import current_act
from audit.actors import Actor, ActorKind
from audit.events import EventKind
from audit.models import Event
from audit.recording import record

BETWEEN_RESETS = timedelta(minutes=5)
_TAKEN = "Another account has this address. Choose another one."
_FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def send_reset(actor: Actor, user: User, *, by: str) -> None:
    """Mail a link for a new password to the account's main address. Raises ValidationError (`too_soon`)."""
    locked = _locked(user)
    since = current_act().now - BETWEEN_RESETS
    sent = Event.objects.filter(chain_id=locked.pk, target_id=locked.pk, action=events.RESET_SENT.action, at__gt=since)
    if sent.exists():
        message = f"A link was sent to {locked.email} a moment ago. Wait five minutes before you send another one."
        raise ValidationError(message, code="too_soon")
    _record(events.RESET_SENT, actor, locked)
    send_password_reset(locked, locked.email, by=by)


def give_address(actor: Actor, user: User, address: str, *, verified: bool, by: str) -> bool:
    """Let the account sign in with this address instead of its main one; whether that is another one.

    The person is told at both addresses and signed out. One that is not `verified` is confirmed by mail before it
    opens anything. Raises ValidationError (`invalid_address`, `taken`).
    """
    locked, new = _locked(user), normalise(address)
    old = locked.email
    if new == old:
        return False
    if User.objects.with_address(new).exclude(pk=locked.pk).exists():
        raise ValidationError(_TAKEN, code="taken")
    try:
        with transaction.atomic():
            row = _swap(locked, old, new, verified=verified)
    except IntegrityError as taken:  # somebody took it between the question and now
        raise ValidationError(_TAKEN, code="taken") from taken
    _record(events.ADDRESS_MENDED, actor, locked, {"email": old}, {"email": new})
    _sign_out(actor, locked)
    for to in (old, new):
        send_notice("address_mended", locked, to=to, by=by, from_email=old, to_email=new)
    if not row.verified:
        send_confirmation(row)
    user_changed.send(sender=User, user=locked, two_factor=is_mfa_enabled(locked), actor=actor)
    return True


def take_second_factors(actor: Actor, user: User, *, by: str) -> list[str]:
    """Take every second factor of the account away, recovery codes too; answers what they were."""
    locked = _locked(user)
    rows = Authenticator.objects.filter(user=locked)
    factors = sorted(_FACTORS[row.type] for row in rows)
    if not factors:
        return []
    rows._raw_delete(rows.db)  # without the signals, whose receiver would say that the holder did it
    _record(events.SECOND_FACTOR_MENDED, actor, locked, {"factors": ", ".join(factors)})
    _sign_out(actor, locked)
    send_notice("second_factor_mended", locked, by=by)
    user_changed.send(sender=User, user=locked, two_factor=False, actor=actor)
    return factors


@account_action
def mend_address(*, actor: Actor, user: User, address: str) -> bool:
    """Staff give an account another sign-in address, which its person confirms; whether anything changed.

    Raises ValidationError (`invalid_address`, `taken`) and PermissionDenied.
    """
    _only_staff(actor, user)
    return give_address(actor, user, address, verified=False, by=f"{actor.label}, who runs Roster,")


@account_action
def mend_second_factor(*, actor: Actor, user: User) -> list[str]:
    """Staff take a lost second factor away; answers what it was. Raises PermissionDenied."""
    _only_staff(actor, user)
    return take_second_factors(actor, user, by=f"{actor.label}, who runs Roster,")


def _only_staff(actor: Actor, user: User) -> None:
    if actor.kind is not ActorKind.STAFF:
        message = "Only staff mend how somebody signs in."
        raise PermissionDenied(message)
    if actor.id == user.pk:
        message = "Nobody mends their own account here."
        raise PermissionDenied(message)
    superusers = User.objects.filter(is_superuser=True).values_list("pk", flat=True)
    if _locked(user).is_staff and actor.id not in superusers:
        message = "The account of somebody who runs Roster is mended by a superuser alone."
        raise PermissionDenied(message)


def _swap(user: User, old: str, new: str, *, verified: bool) -> EmailAddress:
    """Make the new address the account's main one in place of the old one. One confirmed before stays confirmed."""
    EmailAddress.objects.filter(user=user, email=old).delete()
    EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
    row, _ = EmailAddress.objects.get_or_create(user=user, email=new)
    row.primary, row.verified = True, row.verified or verified
    row.save(update_fields=["primary", "verified"])
    user.email = new
    user.save(update_fields=["email"])
    return row


def _locked(user: User) -> User:
    found: User = current_act().users[user.pk]
    return found


def _sign_out(actor: Actor, user: User) -> None:
    end_sessions(actor=actor, user=user, sessions=list(UserSession.objects.filter(user=user)))


def _record(
    kind: EventKind, actor: Actor, user: User, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
) -> None:
    record(kind, actor=actor, chain=user.pk, target_id=user.pk, target_label=user.label, before=before, after=after)
