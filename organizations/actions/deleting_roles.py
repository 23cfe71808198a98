"""Deleting a custom role, and what its holders and the open offers of it get instead."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from audit.actors import Actor
from organizations import events, policies, signals
from organizations.actions.assigning import tell
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import label_of, places_of_holders, record_of, role_of
from organizations.actions.roles import builtin_stays, custom_role, holds_role, record_about
from organizations.models import GroupPlace, Membership, Organization, Role

MOST_HOLDERS = 5_000  # whom deleting a role takes along in one transaction, with an event each


@action
def delete_role(*, actor: Actor, role: Role, move_to: Role | None, invitations_to: Role | None) -> int:
    """Delete a custom role; answers how many people held it.

    They get `move_to`, or with None stay without a role and can do nothing. Open invitations get `invitations_to`, or
    with None are revoked. Raises ValidationError (`unknown_role`, `same_role`, `too_many_holders`, `too_often`, or a
    policy's code) and PermissionDenied.
    """
    organization = locked(role.organization_id or builtin_stays())
    actor = as_of_now(actor, organization)
    role = custom_role(organization, role)
    held_by_actor = holds_role(organization, actor, role)
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
    try:
        signals.role_removed.send(Role, organization=organization, role=role, replacement=for_invited, actor=actor)
    except ValidationError as refusal:  # of what those invited get instead
        raise ValidationError({"invitations_to": refusal}) from refusal
    _move(organization, holders, role, replacement, for_curators, actor)
    before = {"label": role.label, "description": role.description, "grants": role.grants}
    after = {"moved_to": label_of(replacement)}
    record_about(events.ROLE_DELETED, actor, organization, role, before=before, after=after)
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
        holder.organization, holder.role = organization, role
        organization.count_out(holder)
        holder.take_role(for_curators if holder.pk in curating else replacement)
        organization.count_in(holder)
        record_of(
            events.ROLE_CHANGED,
            actor,
            holder,
            before={"role": role.label},
            after={"role": label_of(holder.role), "reason": f"{role.label} was deleted"},
        )
    Membership.objects.bulk_update(holders, ["role"], batch_size=500)
    organization.save_counters()


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
