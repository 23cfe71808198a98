"""Who belongs to a group, and who curates it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError

from audit.actions import current_act
from audit.actors import Actor
from organizations import events, policies
from organizations.actions.assigning import finish, give_role
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.actions.people import record_of, reloaded
from organizations.models import Group, GroupPlace, Membership, Organization, Role
from organizations.policies import Decision


@action
def add_to_group(*, actor: Actor, group: Group, memberships: Sequence[Membership]) -> Outcome[Membership]:
    """Put these people into the group; who is there already stays as they are."""
    organization = locked(group.organization_id)
    actor = as_of_now(actor, organization)
    group = reloaded_group(organization, group)
    outcome: Outcome[Membership] = Outcome()
    people = reloaded(organization, memberships)
    there = set(group.places.filter(membership__in=people).values_list("membership_id", flat=True))
    for membership in people:
        if membership.pk in there:
            continue
        if _passed_over(outcome, membership, policies.may_put_into_group(actor, group, membership)):
            continue
        record_of(events.GROUP_JOINED, actor, membership, after={"group": group.name})
        outcome.done.append(membership)
    since = current_act().now
    GroupPlace.objects.bulk_create(
        [GroupPlace(group=group, membership=one, since=since, sort_name=one.sort_name) for one in outcome.done]
    )
    return outcome


@action
def remove_from_group(*, actor: Actor, group: Group, memberships: Sequence[Membership]) -> Outcome[Membership]:
    """Take these people out of the group; a curator's role goes with the last group curated."""
    organization = locked(group.organization_id)
    actor = as_of_now(actor, organization)
    group = reloaded_group(organization, group)
    outcome: Outcome[Membership] = Outcome()
    people = _with_places(group, reloaded(organization, memberships))
    lowered = set(lowered_with([membership for membership, place in people if place.curates], group))
    fallen: list[Membership] = []
    left: list[UUID] = []
    for membership, place in people:
        decision = policies.may_take_out_of_group(actor, group, membership, lowers=membership in lowered)
        if _passed_over(outcome, membership, decision):
            continue
        if membership in lowered:
            fallen.append(membership)
        left.append(place.pk)
        record_of(
            events.GROUP_LEFT,
            actor,
            membership,
            before={"group": group.name, "curates": "yes" if place.curates else "no"},
        )
        outcome.done.append(membership)
    group.places.filter(pk__in=left).delete()
    give_back(fallen, organization, actor)
    return outcome


@action
def make_curators(*, actor: Actor, group: Group, memberships: Sequence[Membership]) -> Outcome[Membership]:
    """Let these people of the group curate it, with the role that the scheme says a curator's place needs."""
    organization = locked(group.organization_id)
    actor = as_of_now(actor, organization)
    group = reloaded_group(organization, group)
    outcome: Outcome[Membership] = Outcome()
    raised = []
    needed = _builtin(organization, organization.rules.curator_key)
    people = _with_places(group, reloaded(organization, memberships))
    for membership, place in people:
        if place.curates:
            continue
        role = needed if needed and _holds(membership, organization.rules.instead_of_key) else None
        if _passed_over(outcome, membership, policies.may_make_curator(actor, group, membership, role)):
            continue
        place.curates = True
        place.save(update_fields=["curates"])
        record_of(events.CURATOR_MADE, actor, membership, after={"group": group.name})
        if role:
            give_role(membership, role, actor=actor, reason=f"curates {group.name}")
            raised.append(membership)
        outcome.done.append(membership)
    _pass_over_outsiders(outcome, organization, memberships, people, group)
    finish(organization, raised, actor=actor)
    return outcome


@action
def unmake_curators(*, actor: Actor, group: Group, memberships: Sequence[Membership]) -> Outcome[Membership]:
    """Let these people belong to the group without curating it; the role goes with the last group curated."""
    organization = locked(group.organization_id)
    actor = as_of_now(actor, organization)
    group = reloaded_group(organization, group)
    outcome: Outcome[Membership] = Outcome()
    people = _with_places(group, reloaded(organization, memberships))
    lowered = set(lowered_with([membership for membership, place in people if place.curates], group))
    fallen = []
    for membership, place in people:
        if not place.curates:
            continue
        decision = policies.may_unmake_curator(actor, group, membership, lowers=membership in lowered)
        if _passed_over(outcome, membership, decision):
            continue
        if membership in lowered:
            fallen.append(membership)
        place.curates = False
        place.save(update_fields=["curates"])
        record_of(events.CURATOR_UNMADE, actor, membership, before={"group": group.name})
        outcome.done.append(membership)
    give_back(fallen, organization, actor)
    return outcome


def bring_into(groups: Sequence[Group], membership: Membership, *, actor: Actor) -> None:
    """Put somebody who has just come into these groups; for actions that have asked."""
    since = current_act().now
    GroupPlace.objects.bulk_create(
        [
            GroupPlace(group=group, membership=membership, since=since, sort_name=membership.sort_name)
            for group in groups
        ]
    )
    for group in groups:
        record_of(events.GROUP_JOINED, actor, membership, after={"group": group.name})


def lowered_with(curators: Sequence[Membership], group: Group) -> list[Membership]:
    """Those of the group's curators whose role goes with this place, since they curate no other group."""
    rules = group.organization.rules
    raised = [one for one in curators if rules.instead_of_key and _holds(one, rules.curator_key)]
    elsewhere = GroupPlace.objects.curating().exclude(group=group).filter(membership__in=raised)
    still = set(elsewhere.values_list("membership_id", flat=True)) if raised else set()
    return [one for one in raised if one.pk not in still]


def give_back(lowered: Sequence[Membership], organization: Organization, actor: Actor) -> None:
    """Whoever curates nothing any more holds again what they held before."""
    former = _builtin(organization, organization.rules.instead_of_key)
    if former is None:
        return
    for membership in lowered:
        give_role(membership, former, actor=actor, reason="curates no group any more")
    finish(organization, lowered, actor=actor)


def _builtin(organization: Organization, key: str | None) -> Role | None:
    return Role.objects.of(organization).filter(organization=None, key=key).first() if key else None


def _holds(membership: Membership, key: str | None) -> bool:
    return membership.role is not None and not membership.role.is_custom and membership.role.key == key


def _with_places(group: Group, people: Sequence[Membership]) -> list[tuple[Membership, GroupPlace]]:
    """Those of them who belong to the group, with their places there."""
    places = {place.membership_id: place for place in group.places.filter(membership__in=people)}
    return [(one, places[one.pk]) for one in people if one.pk in places]


def _pass_over_outsiders(
    outcome: Outcome[Membership],
    organization: Organization,
    asked: Sequence[Membership],
    people: Sequence[tuple[Membership, GroupPlace]],
    group: Group,
) -> None:
    belonging = {membership.pk for membership, _ in people}
    for one in asked:
        if one.pk not in belonging and one.organization_id == organization.pk:
            outcome.pass_over(one.label, f"{one.label} does not belong to {group} yet.", "not_in_group")


def _passed_over(outcome: Outcome[Membership], membership: Membership, decision: Decision) -> bool:
    if not decision:
        outcome.pass_over(membership.label, decision.reason, decision.code)
    return not decision


def reloaded_group(organization: Organization, group: Group) -> Group:
    """The group as it stands under the lock, one of this organization only."""
    found: Group | None = organization.groups.filter(pk=group.pk).first()
    if found is None:
        message = "This group no longer exists."
        raise ValidationError(message, code="gone")
    found.organization = organization
    return found
