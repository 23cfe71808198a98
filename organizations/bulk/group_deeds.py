"""Deeds about places in groups."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError

from audit.actors import Actor
from organizations.actions.group_places import add_to_group, make_curators, remove_from_group
from organizations.actions.outcome import Outcome
from organizations.bulk.deed import Deed
from organizations.models import Group, GroupPlace, Membership, Organization
from organizations.querysets import MembershipQuerySet

CURATES = "curates"


class OfAGroup(Deed[Group]):
    permission, asks = "groups.update", "group"

    def stored(self, argument: Group) -> str:
        return argument.pk.hex

    def found(self, organization: Organization, stored: str) -> Group:
        group: Group | None = organization.groups.filter(pk=UUID(hex=stored)).first()
        if group is None:
            message = "This group no longer exists. Choose another one."
            raise ValidationError(message, code="gone")
        group.organization = organization
        return group

    def said_of(self, argument: Group) -> str:
        return argument.name


class AddToGroup(OfAGroup):
    key, icon, label = "add_to_group", "users-plus", "Add to group"
    asking = "Add {who} to a group"
    will = "{who} will belong to {argument} of {organization}. What a role grants by group counts there, too."
    verb = "Add {who} to {argument}"
    said = "{who} {belongs} to {argument} now."
    already = "{who} {belongs} to {argument} already."

    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Group
    ) -> Outcome[Membership]:
        return add_to_group(actor=actor, group=argument, memberships=people)

    def undo(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Group, before: str
    ) -> Outcome[Membership]:
        return remove_from_group(actor=actor, group=argument, memberships=people)

    def as_left(self, rows: MembershipQuerySet, argument: Group) -> MembershipQuerySet:
        # Whoever curates it by now was made a curator by somebody else.
        return rows.filter(group_places__group=argument, group_places__curates=False)


class RemoveFromGroup(OfAGroup):
    key, icon, label = "remove_from_group", "users-minus", "Remove from group"
    asking = "Take {who} out of a group"
    will = "{who} will no longer belong to {argument} of {organization}. What a role grants there ends at once."
    verb = "Take {who} out of {argument}"
    said = "{who} no longer {belongs} to {argument}."
    already = "{who} {is_} not in {argument}."
    consequences = (("star", "Whoever curates it no longer does, and a curator's role goes with the last group."),)

    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Group
    ) -> Outcome[Membership]:
        return remove_from_group(actor=actor, group=argument, memberships=people)

    def before(self, rows: MembershipQuerySet, argument: Group) -> dict[UUID, str]:
        places = GroupPlace.objects.filter(group=argument, membership__in=rows.order_by())
        return {
            person: CURATES if curates else "" for person, curates in places.values_list("membership_id", "curates")
        }

    def undo(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Group, before: str
    ) -> Outcome[Membership]:
        outcome = add_to_group(actor=actor, group=argument, memberships=people)
        if before == CURATES:
            again = make_curators(actor=actor, group=argument, memberships=outcome.done)
            outcome.passed_over += again.passed_over
        return outcome

    def as_left(self, rows: MembershipQuerySet, argument: Group) -> MembershipQuerySet:
        return rows.exclude(group_places__group=argument)
