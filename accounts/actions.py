"""What changes an account. Each is one change, in one transaction, with its event in the account's own chain."""

from collections.abc import Sequence
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts import events
from accounts.devices import device
from accounts.models import User
from accounts.signals import account_switched, user_changed
from audit.actions import Act, current_act, make_action
from audit.actors import Actor, ActorKind
from audit.events import EventKind
from audit.recording import record

# What organizations keep a copy of: they are told in the same transaction.
_TOLD = {
    events.EMAIL_PRIMARY_CHANGED,
    events.TWO_FACTOR_ENABLED,
    events.TWO_FACTOR_DISABLED,
    events.PASSKEY_ADDED,
    events.PASSKEY_REMOVED,
}


def _lock_account(act: Act, arguments: dict[str, Any], *, joining: bool) -> None:
    """Lock the user, then their chain; an action that joins another finds both locked."""
    user_id = arguments["user"].pk
    if user_id in act.users:
        return
    if joining:
        message = "The outer action has not locked this account."
        raise RuntimeError(message)
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        message = "This account no longer exists."
        raise PermissionDenied(message)
    act.users[user_id] = user
    act.lock_chains({user_id})


account_action = make_action(_lock_account)


@account_action
def update_profile(*, actor: Actor, user: User, name: str, time_zone: str, phone: str, job_title: str) -> bool:
    """Change what a person says about themselves; whether anything was different."""
    locked: User = current_act().users[user.pk]
    wanted = {"name": name, "time_zone": time_zone, "phone": phone, "job_title": job_title}
    before = {field: getattr(locked, field) for field in wanted if getattr(locked, field) != wanted[field]}
    if not before:
        return False
    after = {field: wanted[field] for field in before}
    for field, value in after.items():
        setattr(locked, field, value)
    locked.full_clean(validate_unique=False, validate_constraints=False)
    locked.save(update_fields=list(after))
    _record(events.PROFILE_CHANGED, actor, locked, before, after)
    if "name" in after:
        _tell(locked, actor)
    return True


@account_action
def note(
    *,
    actor: Actor,
    user: User,
    kind: EventKind,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down what the sign-in pages have just changed, and tell those who keep a copy of it."""
    locked: User = current_act().users[user.pk]
    _record(kind, actor, locked, before, after)
    if kind in _TOLD:
        _tell(locked, actor)


@account_action
def give_way(*, actor: Actor, user: User) -> None:
    """An account that was never opened makes room for whoever has shown that its address is theirs."""
    if User.objects.never_opened(user.email).filter(pk=user.pk).exists():
        _record(events.ACCOUNT_GIVEN_WAY, actor, user, None, None)
        user.delete()


@account_action
def end_sessions(*, actor: Actor, user: User, sessions: Sequence[UserSession]) -> None:
    """Sign these browsers out, from their next request on."""
    for session in sessions:
        if session.user_id == user.pk:
            session.end()
            _record(
                events.SESSION_ENDED, actor, user, {"device": device(session.user_agent), "address": session.ip}, None
            )


def end_other_sessions(*, actor: Actor, user: User, but: str | None) -> None:
    """Sessions of the former password are shut by Django, at their next request; this says so at once.

    `but`: the key of the session in which it was changed.
    """
    open_still = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but)
    others = UserSession.objects.filter(user=user, session_key__in=open_still.values("session_key"))
    end_sessions(actor=actor, user=user, sessions=list(others))


@account_action
def set_account_active(*, actor: Actor, user: User, active: bool) -> bool:
    """Staff deactivate an account or give it back; whether anything changed. Its sessions end with the next request."""
    locked: User = current_act().users[user.pk]
    if actor.kind is not ActorKind.STAFF:
        message = "Only staff deactivate accounts."
        raise PermissionDenied(message)
    if actor.id == locked.pk:
        message = "Nobody deactivates their own account here."
        raise PermissionDenied(message)
    if locked.is_active == active:
        return False
    locked.is_active = active
    locked.save(update_fields=["is_active"])
    _record(events.ACCOUNT_REACTIVATED if active else events.ACCOUNT_DEACTIVATED, actor, locked, None, None)
    account_switched.send(sender=User, user=locked, actor=actor)
    if not active:
        end_sessions(actor=actor, user=locked, sessions=list(UserSession.objects.filter(user=locked)))
    return True


def _record(
    kind: EventKind, actor: Actor, user: User, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    record(kind, actor=actor, chain=user.pk, target_id=user.pk, target_label=user.label, before=before, after=after)


def _tell(user: User, actor: Actor) -> None:
    user_changed.send(sender=User, user=user, two_factor=is_mfa_enabled(user), actor=actor)
