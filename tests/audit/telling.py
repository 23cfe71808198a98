"""What an action writes down, told once for each: who acts on what, and which events are in whose chain afterwards."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from audit.actors import SYSTEM, Actor, ActorKind
from audit.models import Event
from organizations.models import Membership, Organization, Role
from tests.factories import acting, invitee, role_of

# Other software that may do nothing here.
NOBODY = Actor(kind=ActorKind.TOKEN, label="Somebody's program")


@dataclass
class Cast:
    """The people of Marram Instruments (`tests/conftest.py`), staff, and a stranger."""

    owner: Membership
    admin: Membership
    member: Membership
    viewer: Membership
    staff: User
    stranger: User

    @property
    def org(self) -> Organization:
        return self.owner.organization

    def role(self, key: str) -> Role:
        return role_of(self.org, key)

    def actor(self, who: str) -> Actor:
        if who == "system":
            return SYSTEM
        return invitee(self.stranger) if who == "stranger" else acting(getattr(self, who))

    def chain(self, chain_id: UUID) -> str:
        """Whose chain it is: `org`, or the name of somebody whose account it is."""
        people = {person: getattr(self, person).user_id for person in ("owner", "admin", "member", "viewer")}
        known = {"org": self.org.pk, "staff": self.staff.pk, "stranger": self.stranger.pk} | people
        return next((name for name, pk in known.items() if pk == chain_id), "another")

    def told(self, events: Iterable[Event]) -> Counter[str]:
        return Counter(f"{self.chain(event.chain_id)} {event.action}" for event in events)


@dataclass(frozen=True)
class Scenario:
    """`prepare` answers the arguments of the action; `events` say `chain action` for each, by which `by` acts.

    `asks_nobody`: why the action refuses no actor; `silent`: why it writes no event.
    """

    action: Callable[..., Any]
    prepare: Callable[[Cast], dict[str, Any]]
    events: tuple[str, ...]
    by: str
    asks_nobody: str
    silent: str

    @property
    def name(self) -> str:
        return full_name(self.action)

    def deed(self, cast: Cast) -> Callable[..., Any]:
        """The action with its arguments, which can be given otherwise when it is called."""
        arguments = self.prepare(cast)
        return functools.partial(self.action, **{"actor": cast.actor(self.by), **arguments})


SCENARIOS: list[Scenario] = []


def tells(
    action: Callable[..., Any], *events: str, by: str = "owner", asks_nobody: str = "", silent: str = ""
) -> Callable[[Callable[[Cast], dict[str, Any]]], Callable[[Cast], dict[str, Any]]]:
    """A scenario of that action, in which it writes exactly these events; thrice the same is `3 org member.removed`."""

    def decorator(prepare: Callable[[Cast], dict[str, Any]]) -> Callable[[Cast], dict[str, Any]]:
        SCENARIOS.append(Scenario(action, prepare, _each(events), by, asks_nobody, silent))
        return prepare

    return decorator


def full_name(action: Callable[..., Any]) -> str:
    inner = inspect.unwrap(action)
    return f"{inner.__module__}.{inner.__qualname__}"


def _each(events: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for one in events:
        number, _, rest = one.partition(" ")
        found += [rest] * int(number) if number.isdigit() else [one]
    return tuple(found)
