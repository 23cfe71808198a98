"""Changing who may do what, as the tests say it, and what became of it."""

from __future__ import annotations

from typing import Any

from audit.actors import Actor, ActorKind
from organizations.actions.assigning import change_role
from organizations.actions.members import deactivate, reactivate, remove
from organizations.actions.outcome import Outcome
from organizations.models import Membership, Organization, Role
from tests.factories import acting, role_of


def assign(by: Membership | Actor, role: Role | str | None, *people: Membership) -> Outcome[Membership]:
    """Give these people that role, or with None take theirs away."""
    organization = people[0].organization
    wanted = role_of(organization, role) if isinstance(role, str) else role
    return change_role(actor=actor_of(by), organization=organization, memberships=people, role=wanted)


def suspend(by: Membership | Actor, *people: Membership) -> Outcome[Membership]:
    return deactivate(actor=actor_of(by), organization=people[0].organization, memberships=people)


def restore(by: Membership | Actor, *people: Membership) -> Outcome[Membership]:
    return reactivate(actor=actor_of(by), organization=people[0].organization, memberships=people)


def dismiss(by: Membership | Actor, *people: Membership) -> Outcome[Membership]:
    return remove(actor=actor_of(by), organization=people[0].organization, memberships=people)


def demote(by: Membership | Actor, *people: Membership) -> Outcome[Membership]:
    """Give them the narrowest role that people give to each other."""
    narrowest = Role.objects.of(people[0].organization).by_hand()[0]
    return assign(by, narrowest, *people)


def actor_of(who: Membership | Actor) -> Actor:
    return who if isinstance(who, Actor) else acting(who)


def token(*grants: str, owns: bool = False) -> Actor:
    """Other software that acts here, such as the host product."""
    return Actor(kind=ActorKind.TOKEN, label="Host product", grants=frozenset(grants), owns=owns)


def holding_everything(organization: Organization) -> frozenset[str]:
    """Every permission that there is here, the owner's alone included."""
    return frozenset(organization.rules.permission_set)


def role_held(person: Membership) -> str | None:
    """The key of the role as the database has it, the label of a custom one."""
    role = Membership.objects.select_related("role").get(pk=person.pk).role
    if role is None:
        return None
    return role.label if role.is_custom else role.key


def why_not(outcome: Outcome[Membership]) -> dict[str, str]:
    """Who was passed over, with the code of the reason."""
    return {one.who: one.code for one in outcome.passed_over}


def names(outcome: Outcome[Membership]) -> set[str]:
    """Who was reached."""
    return {one.label for one in outcome.done}


def row(person: Membership) -> dict[str, Any]:
    """The membership as the database has it, nothing where it is gone."""
    found = Membership.objects.filter(pk=person.pk).values().first()
    return dict(found) if found else {}
