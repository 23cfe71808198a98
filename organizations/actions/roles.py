"""Custom roles: making them, changing what they may do, and deleting them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from organizations import events, policies, signals
from organizations.actions.assigning import tell
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import own_membership, places_of_holders, record_of, role_of
from organizations.models import MOST_ROLES, GroupPlace, Membership, Organization, Role
from organizations.permissions import widest

MOST_HOLDERS = 5_000  # whom deleting a role takes along in one transaction, with an event each


@action
def create_role(
    *,
    actor: Actor,
    organization: Organization,
    label: str,
    description: str,
    caution: str,
    elevated: bool,
    grants: Iterable[str],
    like: Role | None = None,
) -> Role:
    """Make a role of the organization's own; `like` is the one that it was cloned from.

    Raises ValidationError (`label_taken`, `unknown`, `reserved`, `more_than_own`, `too_many_roles`, or a field's own)
    and PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    wanted = widest(grants)
    policies.holds(actor, "roles.create").enforce()
    policies.may_create_role(actor, organization, wanted).demand()
    if organization.custom_roles.count() >= MOST_ROLES:
        message = f"{organization} has {MOST_ROLES} roles of its own. Delete one first."
        raise ValidationError(message, code="too_many_roles")
    role = Role(organization=organization, scheme=organization.scheme, version=0)
    role.key = role.pk.hex
    _write(role, actor, label, description, caution, elevated=elevated, grants=wanted)
    _save(role, force_insert=True)
    after = {"label": role.label, "description": role.description, "grants": role.grants}
    _record(events.ROLE_CREATED, actor, role, after=after | ({"like": like.label} if like else {}))
    return role


@action
def edit_role(
    *,
    actor: Actor,
    role: Role,
    version: int,
    label: str,
    description: str,
    caution: str,
    elevated: bool,
    grants: Iterable[str],
) -> Role:
    """Change a custom role; what it grants counts for its holders from their next request.

    `version` is the one that was shown: ValidationError `stale` where somebody saved meanwhile. Raises what
    `create_role` raises.
    """
    organization = locked(role.organization_id or _nowhere())
    actor = as_of_now(actor, organization)
    role = _custom(organization, role)
    policies.may_open_for_edit(actor, role).enforce()
    wanted = widest(grants)
    was = _said(role)
    before = role.grant_set
    held_by_actor = _holds(organization, actor, role)
    policies.may_edit_role(
        actor,
        role,
        organization,
        wanted,
        same_mark=elevated == role.elevated,
        held_by_actor=held_by_actor,
        places=places_of_holders(actor, role, wanted),
    ).demand()
    wrote = {
        "label": label.strip(),
        "description": description.strip(),
        "caution": caution.strip(),
        "elevated": elevated,
    }
    vanished = role.vanished
    if was == wrote and before == wanted and not vanished:
        return role
    if version != role.version:
        message = "Somebody else changed this role meanwhile. Compare with what it is now, and save again."
        raise ValidationError(message, code="stale")
    _write(role, actor, label, description, caution, elevated=elevated, grants=wanted)
    _save(role)
    differs = [field for field in wrote if was[field] != wrote[field]]
    _record(
        events.ROLE_EDITED,
        actor,
        role,
        before={field: was[field] for field in differs} | {"grants": sorted((before - wanted).union(vanished))},
        after={field: wrote[field] for field in differs}
        | {"grants": sorted(wanted - before), "holders": organization.memberships.filter(role=role).count()},
    )
    if before != wanted:
        tell(organization, organization.memberships.filter(role=role), actor=actor)
    return role


@action
def delete_role(*, actor: Actor, role: Role, move_to: Role | None, invitations_to: Role | None) -> int:
    """Delete a custom role; answers how many people held it.

    They get `move_to`, or with None stay without a role and can do nothing. Open invitations get `invitations_to`, or
    with None are revoked. Raises ValidationError (`unknown_role`, `same_role`, `too_many_holders`, or a policy's code)
    and PermissionDenied.
    """
    organization = locked(role.organization_id or _nowhere())
    actor = as_of_now(actor, organization)
    role = _custom(organization, role)
    held_by_actor = _holds(organization, actor, role)
    policies.may_delete_role(actor, role, held_by_actor=held_by_actor).enforce()
    replacement = _replacement(actor, organization, role, move_to, "roles.assign")
    for_invited = _replacement(actor, organization, role, invitations_to, "invitations.update")
    holders = list(organization.memberships.filter(role=role).select_related("user").order_by("id")[: MOST_HOLDERS + 1])
    if len(holders) > MOST_HOLDERS:
        message = f"More than {MOST_HOLDERS:,} people hold {role}. Give some of them another role first."
        raise ValidationError(message, code="too_many_holders")
    if replacement is not None:
        places = places_of_holders(actor, role, replacement.grant_set)
        policies.may_give_there(actor, replacement.grant_set, places).demand()
    for_curators = _replacement_of_curators(actor, organization, role, replacement)
    signals.role_removed.send(Role, organization=organization, role=role, replacement=for_invited, actor=actor)
    _move(organization, holders, role, replacement, for_curators, actor)
    before: dict[str, object] = {"label": role.label, "description": role.description, "grants": role.grants}
    after: dict[str, object] = {"moved_to": replacement.label if replacement else "no role"}
    _record(events.ROLE_DELETED, actor, role, before=before, after=after)
    role.delete()
    tell(organization, organization.memberships.filter(pk__in=[one.pk for one in holders]), actor=actor)
    return len(holders)


def _move(
    organization: Organization,
    holders: list[Membership],
    role: Role,
    replacement: Role | None,
    for_curators: Role | None,
    actor: Actor,
) -> None:
    """Give the holders what takes the role's place, with their events; `for_curators`: those of a group."""
    curating: set[object] = set()
    if for_curators is not None:
        places = GroupPlace.objects.curating().filter(membership__role=role)
        curating = set(places.values_list("membership_id", flat=True))
    for holder in holders:
        holder.organization = organization
        holder.take_role(for_curators if holder.pk in curating else replacement)
        record_of(
            events.ROLE_CHANGED,
            actor,
            holder,
            before={"role": role.label},
            after={"role": holder.role.label if holder.role else "no role", "reason": f"{role.label} was deleted"},
        )
    Membership.objects.bulk_update(holders, ["role"], batch_size=500)


def _replacement(
    actor: Actor, organization: Organization, role: Role, wanted: Role | None, permission: str
) -> Role | None:
    """What takes the role's place, asked like any giving of it."""
    if wanted is None:
        return None
    if wanted.pk == role.pk:
        message = f"{role} is what you are deleting. Choose another role."
        raise ValidationError(message, code="same_role")
    found = role_of(organization, wanted)
    if found.owns:
        message = f"{found.label} is given to one person at a time. Choose another role."
        raise ValidationError(message, code="owners_alone")
    (policies.holds(actor, permission) and policies.may_give(actor, found, organization)).demand()
    return found


def _replacement_of_curators(
    actor: Actor, organization: Organization, role: Role, replacement: Role | None
) -> Role | None:
    """What holders who curate a group get instead, where that place needs another role; asked like any giving of it."""
    rules = organization.rules
    if replacement is None or not rules.curator_key or replacement.key != rules.instead_of_key:
        return None
    if not GroupPlace.objects.curating().filter(membership__role=role).exists():
        return None
    found = Role.objects.of(organization).get(organization=None, key=rules.curator_key)
    policies.may_give(actor, found, organization).demand()
    places = [place for place in places_of_holders(actor, role, found.grant_set) if place.curates]
    policies.may_give_there(actor, found.grant_set, places).demand()
    return found


def _write(
    role: Role, actor: Actor, label: str, description: str, caution: str, *, elevated: bool, grants: frozenset[str]
) -> None:
    """Set the role's fields and refuse what is wrong with them, each mistake by its field."""
    role.label, role.description, role.caution = label.strip(), description.strip(), caution.strip()
    role.elevated, role.grants = elevated, sorted(grants)
    role.version += 1
    role.changed_at, role.changed_by = current_act().now, actor.label
    others = [one for one in Role.objects.of(_organization(role)) if one.pk != role.pk]
    role.rank = role.rank_among([one for one in others if not one.is_custom])
    role.clean_fields(exclude=["organization", "grants"])
    # Here and not by the database, which knows capital letters of English alone in SQLite.
    if role.label.casefold() in {one.label.casefold() for one in others}:
        raise ValidationError({"label": _taken()})


def _save(role: Role, **how: Any) -> None:
    """Databases have rules of their own for a few letters: what they think the same is told like what we do."""
    try:
        with transaction.atomic():
            role.save(**how)
    except IntegrityError as mistake:
        raise ValidationError({"label": _taken()}) from mistake


def _taken() -> ValidationError:
    message = "Another role has this name. Choose another one."
    return ValidationError(message, code="label_taken")


def _said(role: Role) -> dict[str, object]:
    return {
        "label": role.label,
        "description": role.description,
        "caution": role.caution,
        "elevated": role.elevated,
    }


def _holds(organization: Organization, actor: Actor, role: Role) -> bool:
    own = own_membership(organization, actor)
    return own is not None and own.role_id == role.pk


def _custom(organization: Organization, role: Role) -> Role:
    """The custom role as it stands under the lock, one of this organization only."""
    found: Role | None = organization.custom_roles.filter(pk=role.pk).first()
    if found is None:
        message = "This role no longer exists."
        raise ValidationError(message, code="gone")
    found.organization = organization
    return found


def _organization(role: Role) -> Organization:
    assert role.organization is not None  # noqa: S101 - a custom role has one, by construction
    return role.organization


def _nowhere() -> Organization:
    message = "A built-in role stays as it is. Clone it to make a role of your own."
    raise ValidationError(message, code="built_in")


def _record(kind: EventKind, actor: Actor, role: Role, **changes: dict[str, object]) -> None:
    record(
        kind,
        actor=actor,
        chain=_organization(role).pk,
        target_id=role.pk,
        target_label=role.label,
        **changes,
    )
