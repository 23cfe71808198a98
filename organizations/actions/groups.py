"""Groups: making, renaming and deleting them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.ended_places import empty
from organizations.actions.group_places import give_back, lowered_with, reloaded_group
from organizations.actions.people import reloaded
from organizations.models import Group, Organization

MOST_GROUPS = 1_000


@action
def create_group(*, actor: Actor, organization: Organization, name: str, description: str) -> Group:
    """Create a group. Raises ValidationError (`name_taken`, `too_many_groups`, or a field's own)."""
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_create_group(actor).enforce()
    if organization.groups.count() >= MOST_GROUPS:
        message = f"{organization} has {MOST_GROUPS:,} groups. Delete one first."
        raise ValidationError(message, code="too_many_groups")
    group = Group(organization=organization, name=name.strip(), description=description.strip())
    group.created_at = current_act().now
    _check(group)
    _save(group, force_insert=True)
    _record(events.GROUP_CREATED, actor, group, after={"name": group.name, "description": group.description})
    return group


@action
def edit_group(*, actor: Actor, group: Group, version: int, name: str, description: str) -> Group:
    """Rename or describe a group. `version` is the one that was shown; ValidationError `stale` where it is older."""
    organization = locked(group.organization_id)
    actor = as_of_now(actor, organization)
    group = reloaded_group(organization, group)
    policies.may_edit_group(actor, group).enforce()
    before = {"name": group.name, "description": group.description}
    after = {"name": name.strip(), "description": description.strip()}
    if before == after:
        return group
    if version != group.version:
        message = "Somebody else changed this group meanwhile. Look at it as it is now, and save again."
        raise ValidationError(message, code="stale")
    group.name, group.description, group.version = after["name"], after["description"], group.version + 1
    _check(group)
    _save(group, update_fields=["name", "description", "version"])
    _record(events.GROUP_EDITED, actor, group, before=before, after=after)
    return group


@action
def delete_group(*, actor: Actor, group: Group) -> None:
    """Delete a group; its people stay in the organization. Raises PermissionDenied."""
    organization = locked(group.organization_id)
    actor = as_of_now(actor, organization)
    group = reloaded_group(organization, group)
    policies.may_delete_group(actor, group).enforce()
    curators = reloaded(organization, [place.membership for place in group.places.curating().by_name()], limit=None)
    lowered = lowered_with(curators, group)
    for curator in lowered:
        policies.may_alter(actor, curator).enforce()
    people = empty(group, actor=actor)
    give_back(lowered, organization, actor)
    before = {"name": group.name, "description": group.description, "people": people}
    _record(events.GROUP_DELETED, actor, group, before=before)
    group.delete()


def _check(group: Group) -> None:
    """Refuse a name that is empty, too long, deceiving or taken; each mistake names its field."""
    group.clean_fields(exclude=["organization"])
    # Here and not by the database, which knows capital letters of English alone in SQLite.
    others = group.organization.groups.exclude(pk=group.pk).values_list("name", flat=True)
    if group.name.casefold() in {name.casefold() for name in others}:
        raise ValidationError({"name": _taken()})


def _save(group: Group, **how: Any) -> None:
    """Databases have rules of their own for a few letters: what they think the same is told like what we do."""
    try:
        with transaction.atomic():
            group.save(**how)
    except IntegrityError as mistake:
        raise ValidationError({"name": _taken()}) from mistake


def _taken() -> ValidationError:
    message = "Another group has this name. Choose another one."
    return ValidationError(message, code="name_taken")


def _record(kind: EventKind, actor: Actor, group: Group, **changes: dict[str, Any]) -> None:
    record(kind, actor=actor, chain=group.organization_id, target_id=group.pk, target_label=group.name, **changes)
