"""How much may be invited in how long: by one person, one organization, from one place, and to one address.

Counted in the shared cache, before a transaction begins: what the action refuses afterwards stays counted. What mails
inside of somebody else's asks the outbox instead (`mailed`), and is counted here once it is committed. The numbers are
those of `settings.INVITATION_LIMITS`.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection
from hashlib import blake2b
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.actors import Actor, ActorKind
from audit.ambient import origin
from invitations.models import Invitation
from organizations.actions.outcome import Outcome
from organizations.models import Organization

HOUR, DAY = 3_600, 86_400
_SPAN = {HOUR: "an hour", DAY: "a day"}
_WAIT = {HOUR: "Try again in an hour.", DAY: "Try again tomorrow."}


F = TypeVar("F", bound=Callable[..., Outcome[Invitation] | Invitation])


def limited(addressed: Callable[[dict[str, Any]], Collection[str]]) -> Callable[[F], F]:
    """Stands before an action that mails invitations; `addressed` says to whom, as stored, from its arguments.

    The action is told in `too_often` whom to pass over. Raises ValidationError (`limit`).
    """

    def decorator(function: F) -> F:
        @functools.wraps(function)
        def wrapper(**arguments: Any) -> Outcome[Invitation] | Invitation:
            actor, organization = arguments["actor"], arguments["organization"]
            emails = addressed(arguments)
            _spend(actor, organization, len(emails))
            counted = _Mailed(organization, emails)
            arguments["too_often"] = counted.too_often
            sent: list[Invitation] = []
            try:
                outcome = function(**arguments)
                sent = [outcome] if isinstance(outcome, Invitation) else outcome.done
            finally:
                counted.take_back(besides={one.email for one in sent})
            return outcome

        return cast("F", wrapper)

    return decorator


def spend_on_list(actor: Actor, organization: Organization, emails: Collection[str]) -> set[str]:
    """Count a whole list before it is sent; answers whom to pass over. Raises ValidationError (`limit`)."""
    _spend(actor, organization, len(emails))
    return _Mailed(organization, emails).too_often


def count_once_committed(organization: Organization, emails: Collection[str]) -> None:
    """An invitation goes to each of these from inside a transaction, which has asked the outbox whether it may."""
    transaction.on_commit(lambda: _Mailed(organization, emails), robust=True)


class _Mailed:
    """An invitation to each of these addresses, counted for today; `too_often` got enough, and is not counted.

    Counted before it is known whom the action passes over, so that two at the same moment cannot both find the last.
    """

    def __init__(self, organization: Organization, emails: Collection[str]) -> None:
        limits = settings.INVITATION_LIMITS
        self._name = f"invited:addresses:{int(time.time()) // DAY}"
        self._organization = organization.pk.bytes
        self._counted = list(emails)
        found = self._add(self._counted, 1)
        of_all, of_one = found[: len(emails)], found[len(emails) :]
        self.too_often = {
            email
            for email, by_all, by_one in zip(self._counted, of_all, of_one, strict=True)
            if by_all > limits["address"] or by_one > limits["address_from_one"]
        }
        self._take_back(self.too_often)

    def take_back(self, *, besides: Collection[str]) -> None:
        """These got an invitation, and the others none."""
        self._take_back({email for email in self._counted if email not in besides} - self.too_often)

    def _take_back(self, emails: Collection[str]) -> None:
        if emails:
            self._add(list(emails), -1)

    def _add(self, emails: list[str], number: int) -> list[int]:
        """What each counts from all organizations, and after these what it counts from this one."""
        digests = [_digest(email) for email in emails]
        digests += [_digest(email, self._organization) for email in emails]
        shared: Any = cache  # ours, with tallies
        found: list[int] = shared.tally(self._name, digests, number, DAY)
        return found


def _spend(actor: Actor, organization: Organization, number: int) -> None:
    """Count so many invitations. Raises ValidationError (`limit`) where they are too many for now."""
    limits = settings.INVITATION_LIMITS
    counted: list[tuple[str, int]] = []
    for name, key, seconds in (
        ("person", str(actor.id), HOUR),
        ("place", origin().address or "", HOUR),
        ("organization", organization.pk.hex, DAY),
    ):
        if not key or (name == "person" and actor.kind is not ActorKind.MEMBER):
            continue
        stored = _key(name, key, seconds)
        total = _incremented(stored, number, seconds)
        counted.append((stored, total))
        if total > limits[name]:
            for each, _ in counted:
                _incremented(each, -number, seconds)
            allowed = f"{_whose(name)} may send {limits[name]:,} in {_SPAN[seconds]}"
            what_to_do = _WAIT[seconds] if number <= limits[name] else "Send them in parts."
            message = f"These are too many invitations at once: {allowed}. {what_to_do}"
            raise ValidationError(message, code="limit")


def _key(name: str, what: str, seconds: int) -> str:
    """Counted anew each hour or day."""
    window = int(time.time()) // seconds
    return f"invited:{name}:{window}:{_digest(what).hex()}"


def _digest(what: str, key: bytes = b"") -> bytes:
    return blake2b(what.encode(), digest_size=12, key=key).digest()


def _incremented(key: str, number: int, seconds: int) -> int:
    try:
        return int(cache.incr(key, number))
    except ValueError:  # the first of its hour or day; another may begin it at the same moment, and then both count
        cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key, number))
    except ValueError:  # it ran out between the two questions
        cache.set(key, max(number, 0), seconds)
        return max(number, 0)


def _whose(name: str) -> str:
    return {"person": "one person", "place": "one address on the internet", "organization": "an organization"}[name]
