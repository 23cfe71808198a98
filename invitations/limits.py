"""How much may be invited in how long: by one person, one organization, from one place, and to one address.

Counted in the shared cache, before any lock is taken: what a refused attempt used up stays used. The numbers are those
of `settings.INVITATION_LIMITS`.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Iterable
from hashlib import blake2b
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError

from audit.actors import Actor, ActorKind
from audit.ambient import origin
from invitations.models import Invitation
from organizations.actions.outcome import Outcome
from organizations.models import Organization

HOUR, DAY = 3_600, 86_400
_WAIT = {HOUR: "Try again in an hour.", DAY: "Try again tomorrow."}


F = TypeVar("F", bound=Callable[..., Outcome[Invitation]])


def limited(addressed: Callable[[dict[str, Any]], Collection[str]]) -> Callable[[F], F]:
    """Stands before an action that mails invitations; `addressed` says to whom, as stored, from its arguments.

    The action is told in `too_often` whom to pass over. Raises ValidationError (`limit`).
    """

    def decorator(function: F) -> F:
        @functools.wraps(function)
        def wrapper(**arguments: Any) -> Outcome[Invitation]:
            actor, organization = arguments["actor"], arguments["organization"]
            emails = addressed(arguments)
            _spend(actor, organization, len(emails))
            arguments["too_often"] = _mailed_enough(organization, emails)
            outcome = function(**arguments)
            _count_mailed(organization, [one.email for one in outcome.done])
            return outcome

        return cast("F", wrapper)

    return decorator


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
        cache.add(stored, 0, seconds)
        total = _incremented(stored, number, seconds)
        counted.append((stored, total))
        if total > limits[name]:
            for each, _ in counted:
                _incremented(each, -number, seconds)
            message = f"These are too many invitations at once: {_whose(name)} may send {limits[name]:,} in that time."
            raise ValidationError(f"{message} {_WAIT[seconds]}", code="limit")


def _mailed_enough(organization: Organization, emails: Collection[str]) -> set[str]:
    """Those of these addresses that got as many invitations within a day as one may, from here or from all."""
    limits = settings.INVITATION_LIMITS
    keys = {_key("to", email, DAY): email for email in emails}
    keys_here = {_key("from-to", organization.pk.hex + email, DAY): email for email in emails}
    found = cache.get_many([*keys, *keys_here])
    return {keys[key] for key in keys.keys() & found if found[key] >= limits["address"]} | {
        keys_here[key] for key in keys_here.keys() & found if found[key] >= limits["address_from_one"]
    }


def _count_mailed(organization: Organization, emails: Iterable[str]) -> None:
    """Count an invitation to each. Two at the same moment may count as one: the limit is against hundreds."""
    keys = [
        key for email in emails for key in (_key("to", email, DAY), _key("from-to", organization.pk.hex + email, DAY))
    ]
    found = cache.get_many(keys)
    cache.set_many({key: found.get(key, 0) + 1 for key in keys}, DAY)


def _key(name: str, what: str, seconds: int) -> str:
    """Counted anew each hour or day."""
    window = int(time.time()) // seconds
    return f"invited:{name}:{window}:{blake2b(what.encode(), digest_size=12).hexdigest()}"


def _incremented(key: str, number: int, seconds: int) -> int:
    try:
        return int(cache.incr(key, number))
    except ValueError:  # it ran out between the two questions
        cache.set(key, max(number, 0), seconds)
        return max(number, 0)


def _whose(name: str) -> str:
    return {"person": "one person", "place": "one address on the internet", "organization": "an organization"}[name]
