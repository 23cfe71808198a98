"""Custom roles: making them, and changing what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from organizations import events, policies
from organizations.actions.assigning import tell
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import own_membership, places_of_holders
from organizations.models import MOST_ROLES, Organization, Role
from organizations.permissions import widest


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
    _write(
        organization,
        role,
        actor,
        label=label,
        description=description,
        caution=caution,
        elevated=elevated,
        grants=wanted,
    )
    _save(role, force_insert=True)
    after = {"label": role.label, "description": role.description, "grants": role.grants}
    record_about(events.ROLE_CREATED, actor, organization, role, after=after | ({"like": like.label} if like else {}))
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
    organization = locked(role.organization_id or builtin_stays())
    actor = as_of_now(actor, organization)
    role = custom_role(organization, role)
    policies.may_open_for_edit(actor, role).enforce()
    wanted = widest(grants)
    was = _said(role)
    before = role.grant_set
    held_by_actor = holds_role(organization, actor, role)
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
    _write(
        organization,
        role,
        actor,
        label=label,
        description=description,
        caution=caution,
        elevated=elevated,
        grants=wanted,
    )
    _save(role)
    differs = [field for field in wrote if was[field] != wrote[field]]
    record_about(
        events.ROLE_EDITED,
        actor,
        organization,
        role,
        before={field: was[field] for field in differs} | {"grants": sorted((before - wanted).union(vanished))},
        after={field: wrote[field] for field in differs}
        | {"grants": sorted(wanted - before), "holders": organization.memberships.filter(role=role).count()},
    )
    if before != wanted:
        tell(organization, organization.memberships.filter(role=role), actor=actor)
    return role


def _write(
    organization: Organization,
    role: Role,
    actor: Actor,
    *,
    label: str,
    description: str,
    caution: str,
    elevated: bool,
    grants: frozenset[str],
) -> None:
    """Set the role's fields and refuse what is wrong with them, each mistake by its field."""
    role.label, role.description, role.caution = label.strip(), description.strip(), caution.strip()
    role.elevated, role.grants = elevated, sorted(grants)
    role.version += 1
    role.changed_at, role.changed_by = current_act().now, actor.label
    others = [one for one in Role.objects.of(organization) if one.pk != role.pk]
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


def holds_role(organization: Organization, actor: Actor, role: Role) -> bool:
    """Whether the actor's own membership has this role."""
    own = own_membership(organization, actor)
    return own is not None and own.role_id == role.pk


def custom_role(organization: Organization, role: Role) -> Role:
    """The custom role as it stands under the lock, one of this organization only."""
    found: Role | None = organization.custom_roles.filter(pk=role.pk).first()
    if found is None:
        message = "This role no longer exists."
        raise ValidationError(message, code="gone")
    found.organization = organization
    return found


def builtin_stays() -> NoReturn:
    """A built-in role belongs to no organization, and is changed by none."""
    message = "A built-in role stays as it is. Clone it to make a role of your own."
    raise ValidationError(message, code="built_in")


def record_about(
    kind: EventKind, actor: Actor, organization: Organization, role: Role, **changes: dict[str, Any]
) -> None:
    """Write one event about this role into its organization's chain."""
    record(kind, actor=actor, chain=organization.pk, target_id=role.pk, target_label=role.label, **changes)
