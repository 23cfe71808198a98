"""The people whom an action on several is about, as they stand under the lock."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError

from audit.actions import current_act
from audit.actors import Actor, ActorKind
from audit.events import EventKind
from audit.recording import record
from organizations.actions.outcome import MOST_AT_ONCE
from organizations.models import Group, GroupPlace, Membership, Organization, Role
from organizations.policies import by_group_only

# Set as select_related sets them: the rows hold these ids already.
_ORGANIZATION, _ROLE, _USER = (
    cast("Any", Membership._meta.get_field(name)) for name in ("organization", "role", "user")
)


def reloaded(
    organization: Organization, memberships: Sequence[Membership], *, limit: int | None = MOST_AT_ONCE
) -> list[Membership]:
    """These memberships as they are now, those of this organization only, ordered by id.

    Raises ValidationError (`too_many`) above the limit.
    """
    if limit is not None and len(memberships) > limit:
        message = f"At most {limit} people at a time; these are {len(memberships):,}. Take them in parts."
        raise ValidationError(message, code="too_many")
    found = list(organization.memberships.filter(id__among={one.pk for one in memberships}).order_by("id"))
    # Few roles for many people: each is read once. The users are locked, and read, already.
    roles = Role.objects.in_bulk({one.role_id for one in found if one.role_id is not None})
    users = current_act().users
    for membership in found:
        _ORGANIZATION.set_cached_value(membership, organization)
        _ROLE.set_cached_value(membership, roles.get(membership.role_id))
        if membership.user_id in users:
            _USER.set_cached_value(membership, users[membership.user_id])
    return found


def own_membership(organization: Organization, actor: Actor) -> Membership | None:
    """The actor's own, where the actor is a person here."""
    if actor.kind is not ActorKind.MEMBER or actor.id is None:
        return None
    return organization.memberships.filter(user_id=actor.id).first()


def other_owners(organization: Organization, membership: Membership) -> int:
    """How many can act as owners besides this person; only counted where it matters."""
    if not membership.owns:
        return 0
    return organization.memberships.owners(current_act().now).exclude(pk=membership.pk).count()


class Owners:
    """Who can act as an owner under the lock; only asked for where it matters. Whoever stops is taken off."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization

    def besides(self, membership: Membership) -> int:
        """How many there are besides this person."""
        return len(self._ids - {membership.pk}) if membership.owns else 0

    def lose(self, membership: Membership) -> None:
        if membership.owns:
            self._ids.discard(membership.pk)

    @cached_property
    def _ids(self) -> set[UUID]:
        return set(self._organization.memberships.owners(current_act().now).values_list("pk", flat=True))


def role_of(organization: Organization, role: Role) -> Role:
    """The role as it stands under the lock. Raises ValidationError (`unknown_role`) for one that is not given here."""
    found = Role.objects.of(organization).filter(pk=role.pk).first()
    if found is None:
        message = "This role no longer exists. Choose another one."
        raise ValidationError(message, code="unknown_role")
    return found


def places_that_matter(actor: Actor, role: Role | None, people: Sequence[Membership]) -> dict[UUID, list[GroupPlace]]:
    """Places in groups by membership: all where the actor may give the role in some groups only, else the curators'."""
    found: dict[UUID, list[GroupPlace]] = {}
    if role is None:
        return found
    rows = GroupPlace.objects.filter(membership__id__among={one.pk for one in people}).select_related("group")
    if not by_group_only(actor, role.grant_set):
        rows = rows.curating()
    for place in rows:
        found.setdefault(place.membership_id, []).append(place)
    return found


def places_of_roles_held(actor: Actor, people: Sequence[Membership]) -> dict[UUID, list[GroupPlace]]:
    """The same for the role that each of them holds."""
    by_role: dict[UUID, tuple[Role, list[Membership]]] = {}
    for one in people:
        if one.role is not None:
            by_role.setdefault(one.role.pk, (one.role, []))[1].append(one)
    found: dict[UUID, list[GroupPlace]] = {}
    for role, holders in by_role.values():
        found |= places_that_matter(actor, role, holders)
    return found


def places_of_holders(actor: Actor, role: Role, grants: frozenset[str]) -> list[GroupPlace]:
    """Where the role's holders have places in groups, one of each kind; none where the actor may give it anywhere."""
    if not by_group_only(actor, grants):
        return []
    kinds = GroupPlace.objects.filter(membership__role=role).values_list("group_id", "curates").distinct()
    groups = Group.objects.in_bulk({group for group, _ in kinds})
    return [GroupPlace(group=groups[group], curates=curates) for group, curates in kinds]


def record_of(kind: EventKind, actor: Actor, membership: Membership, **changes: dict[str, Any]) -> None:
    """Write one event about this person into their organization's chain."""
    record(
        kind,
        actor=actor,
        chain=membership.organization_id,
        target_id=membership.user_id,
        target_label=membership.label,
        **changes,
    )


def label_of(role: Role | None) -> str:
    """What an event says of a role that may be missing."""
    return role.label if role else "no role"
