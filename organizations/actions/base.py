"""What every action on an organization begins with: the locks in order, what has lapsed, the actor as of now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models

from accounts.models import User
from audit.actions import Act, current_act, make_action
from audit.actors import Actor, ActorKind
from jobs.locking import lock_rows
from organizations.actions.settling import settle
from organizations.models import Membership, Organization


def _prepare(act: Act, arguments: dict[str, Any], *, joining: bool) -> None:
    _lock_named(act, arguments, joining=joining)
    if not joining:
        settle_due(act)


def settle_due(act: Act) -> None:
    """Write down what has lapsed in the organizations that are locked."""
    for organization in act.organizations.values():
        if organization.settles_at and organization.settles_at <= act.now:
            settle(organization, at=act.now)


def _lock_named(act: Act, arguments: dict[str, Any], *, joining: bool) -> None:
    organizations, users = _named(arguments.values())
    if not joining:
        lock(act, organizations, users)
        if act.gone and any(isinstance(value, User) and value.pk in act.gone for value in _flat(arguments.values())):
            message = "This account no longer exists."
            raise PermissionDenied(message)
    elif missing := (organizations - act.organizations.keys()) | (users - act.users.keys() - act.gone):
        message = f"An action that joins another may only touch what that one has locked, not {missing}."
        raise RuntimeError(message)


action = make_action(_prepare)
# For the job that settles chunk by chunk: the locks alone.
settling_action = make_action(_lock_named)


class PersonKey(NamedTuple):
    """As much of a membership as names it to an action: what is done to many reads the rest under the lock, once."""

    pk: UUID
    organization_id: UUID
    user_id: UUID


def lock(act: Act, organizations: set[UUID], users: set[UUID]) -> None:
    """Organizations by id, then users by id, then chains by id; plain FOR UPDATE would deadlock with foreign keys."""
    if organizations:
        act.organizations |= {row.id: row for row in lock_rows(Organization, organizations)}
        if gone := organizations - act.organizations.keys():
            message = "This organization no longer exists."
            raise PermissionDenied(message, gone)
    if users:
        act.users |= {person.id: person for person in lock_rows(User, users, _OF_A_USER)}
        act.gone |= users - act.users.keys()
    act.lock_chains(organizations)


# What actions read of locked accounts; the rest is fetched by whoever asks for it.
_OF_A_USER = ("id", "email", "name", "is_active", "is_staff")


def locked(organization: Organization | UUID) -> Organization:
    """The organization as it stands under the lock."""
    key = organization if isinstance(organization, UUID) else organization.pk
    found: Organization = current_act().organizations[key]
    return found


def as_of_now(actor: Actor, organization: Organization) -> Actor:
    """The actor with what they hold at this moment: a member's membership is read again, under the lock."""
    if actor.kind is not ActorKind.MEMBER:
        return actor
    act = current_act()
    rows = Membership.objects.select_related("role")
    try:
        membership = rows.get(organization=organization.pk, user=actor.id, user__is_active=True)
    except Membership.DoesNotExist:
        membership = None
    if membership is None or not membership.is_active_at(act.now):
        message = f"You are no longer an active member of {organization}."
        raise PermissionDenied(message)
    membership.organization = organization
    return replace(membership.as_actor(act.now), on_behalf_of=actor.on_behalf_of)


def _named(values: Iterable[Any]) -> tuple[set[UUID], set[UUID]]:
    """The organizations and users that the arguments of an action name, singly or in lists."""
    organizations: set[UUID] = set()
    users: set[UUID] = set()
    for value in _flat(values):
        if isinstance(value, str):  # ten thousand addresses, say
            continue
        if isinstance(value, Organization):
            organizations.add(value.pk)
        elif isinstance(value, User):
            users.add(value.pk)
        elif isinstance(value, PersonKey):
            organizations.add(value.organization_id)
            users.add(value.user_id)
        elif isinstance(value, models.Model):
            organization_id = getattr(value, "organization_id", None)
            if organization_id is not None:
                organizations.add(organization_id)
            if isinstance(value, Membership):
                users.add(value.user_id)
    return organizations, users


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value
