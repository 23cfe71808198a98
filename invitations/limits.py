"""How much may be invited in how long: by one person, one organization, from one place, and to one address.

Counted in the shared cache, before a transaction begins: what the action refuses afterwards stays counted. The numbers
are those of `settings.INVITATION_LIMITS`.
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
            mailed = _mailed_today(emails)
            arguments["too_often"] = _too_often(organization, mailed)
            outcome = function(**arguments)
            sent = [outcome] if isinstance(outcome, Invitation) else outcome.done
            _count_mailed(organization, [one.email for one in sent], mailed)
            return outcome

        return cast("F", wrapper)

    return decorator


def spend_on_list(actor: Actor, organization: Organization, emails: Collection[str]) -> set[str]:
    """Count a whole list before it is sent; answers whom to pass over. Raises ValidationError (`limit`)."""
    _spend(actor, organization, len(emails))
    mailed = _mailed_today(emails)
    too_often = _too_often(organization, mailed)
    _count_mailed(organization, [email for email in emails if email not in too_often], mailed)
    return too_often


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
            message = f"These are too many invitations at once: {_whose(name)} may send {limits[name]:,} in that time."
            raise ValidationError(f"{message} {_WAIT[seconds]}", code="limit")


def _mailed_today(emails: Collection[str]) -> dict[str, dict[str, int]]:
    """By address: how many invitations it got today, by organization."""
    keys = {_key("address", email, DAY): email for email in emails}
    return {keys[key]: counted for key, counted in cache.get_many(keys).items()}


def _too_often(organization: Organization, mailed: dict[str, dict[str, int]]) -> set[str]:
    """Those that got enough for today: from this organization, or from all together."""
    of_one, of_all = settings.INVITATION_LIMITS["address_from_one"], settings.INVITATION_LIMITS["address"]
    here = organization.pk.hex
    return {
        email for email, counted in mailed.items() if counted.get(here, 0) >= of_one or sum(counted.values()) >= of_all
    }


def _count_mailed(organization: Organization, emails: Iterable[str], mailed: dict[str, dict[str, int]]) -> None:
    """Count an invitation to each. Two at the same moment may count as one: the limit is against hundreds."""
    here = organization.pk.hex
    counted = {}
    for email in emails:
        before = mailed.get(email, {})
        counted[_key("address", email, DAY)] = {**before, here: before.get(here, 0) + 1}
    cache.set_many(counted, DAY)


def _key(name: str, what: str, seconds: int) -> str:
    """Counted anew each hour or day."""
    window = int(time.time()) // seconds
    return f"invited:{name}:{window}:{blake2b(what.encode(), digest_size=12).hexdigest()}"


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
