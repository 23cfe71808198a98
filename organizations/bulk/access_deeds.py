"""Deeds about what people may do, and from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.actors import Actor
from organizations.actions.assigning import change_role
from organizations.actions.ending import set_end
from organizations.actions.members import deactivate, reactivate, remove
from organizations.actions.outcome import Outcome
from organizations.bulk.deed import Deed, Plain
from organizations.models import Membership, MembershipStatus, Organization, Role
from organizations.moments import read_moment
from organizations.querysets import MembershipQuerySet


class ChangeRole(Deed[Role]):
    key, permission, icon, label, asks = "change_role", "roles.assign", "shield-lock", "Change role", "role"
    asking = "Change the role of {who}"
    will = "{who} will be {argument} in {organization}, at once."
    verb = "Make {who} {argument}"
    said = "{who} {is_} {argument} in {organization} now."
    already = "{who} {is_} {argument} in {organization} already."
    consequences = (
        ("mail-off", "Invitations that they sent and could no longer send are revoked, and stay so if you undo this."),
    )

    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Role
    ) -> Outcome[Membership]:
        return change_role(actor=actor, organization=organization, memberships=people, role=argument)

    def before(self, rows: MembershipQuerySet, argument: Role) -> dict[UUID, str]:
        held = rows.order_by().values_list("pk", "role__id")
        return {person: role.hex if role is not None else "" for person, role in held}

    def undo(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Role, before: str
    ) -> Outcome[Membership]:
        role = self.found(organization, before) if before else None
        return change_role(actor=actor, organization=organization, memberships=people, role=role)

    def as_left(self, rows: MembershipQuerySet, argument: Role) -> MembershipQuerySet:
        return rows.filter(role=argument)

    def stored(self, argument: Role) -> str:
        return argument.pk.hex

    def found(self, organization: Organization, stored: str) -> Role:
        role = Role.objects.of(organization).filter(pk=UUID(hex=stored)).first()
        if role is None:
            message = "This role no longer exists. Choose another one."
            raise ValidationError(message, code="unknown_role")
        return role

    def said_of(self, argument: Role) -> str:
        return argument.label


class SetEnd(Deed[datetime | None]):
    key, permission, icon, label, asks = "set_end", "members.update", "clock", "Set end", "ends_at"
    asking = "Set when the access of {who} ends"
    will = "The access of {who} to {organization} will end {argument}."
    verb = "Set the end for {who}"
    said = "The access of {who} to {organization} ends {argument}."
    already = "The access of {who} to {organization} ends {argument} already."
    _without = {
        "will": "The access of {who} to {organization} will not end by itself.",
        "verb": "Take the end off for {who}",
        "said": "The access of {who} to {organization} does not end by itself any more.",
        "already": "The access of {who} to {organization} has no end already.",
    }

    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: datetime | None
    ) -> Outcome[Membership]:
        return set_end(actor=actor, organization=organization, memberships=people, ends_at=argument)

    def before(self, rows: MembershipQuerySet, argument: datetime | None) -> dict[UUID, str]:
        return {person: self.stored(ends) for person, ends in rows.order_by().values_list("pk", "ends_at")}

    def undo(
        self,
        actor: Actor,
        organization: Organization,
        people: Sequence[Membership],
        argument: datetime | None,
        before: str,
    ) -> Outcome[Membership]:
        ends_at = self.found(organization, before)
        return set_end(actor=actor, organization=organization, memberships=people, ends_at=ends_at)

    def as_left(self, rows: MembershipQuerySet, argument: datetime | None) -> MembershipQuerySet:
        return rows.filter(ends_at=argument)

    def stored(self, argument: datetime | None) -> str:
        return argument.isoformat() if argument else ""

    def found(self, organization: Organization, stored: str) -> datetime | None:
        return read_moment(stored) if stored else None

    def said_of(self, argument: datetime | None) -> str:
        if argument is None:
            return ""
        local = timezone.localtime(argument)
        return f"on {local.day} {local:%B %Y} at {local:%H:%M}"

    def template(self, name: str, said_of: str) -> str:
        return ("" if said_of else self._without.get(name, "")) or super().template(name, said_of)


class Deactivate(Plain):
    key, permission, icon, label = "deactivate", "members.update", "ban", "Deactivate"
    asking = "Deactivate {who}"
    will = "The access of {who} to {organization} will end at once."
    verb = "Deactivate {who}"
    said = "{who} {has} no access to {organization} any more."
    already = "{who} {is_} deactivated in {organization} already."
    consequences = (
        ("armchair", "Each frees a seat. Role and groups are kept."),
        ("mail-off", "Invitations that they sent are revoked, and stay so if you undo this."),
        ("logout", "Whoever is active nowhere else is signed out."),
    )

    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: None
    ) -> Outcome[Membership]:
        return deactivate(actor=actor, organization=organization, memberships=people)

    def undo(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: None, before: str
    ) -> Outcome[Membership]:
        return reactivate(actor=actor, organization=organization, memberships=people, whole=True)

    def as_left(self, rows: MembershipQuerySet, argument: None) -> MembershipQuerySet:
        return rows.filter(status=MembershipStatus.DEACTIVATED)


class Reactivate(Plain):
    key, permission, icon, label = "reactivate", "members.update", "user-check", "Reactivate"
    asking = "Reactivate {who}"
    will = "{who} will have access to {organization} again, with role and groups as far as you may give them."
    verb = "Reactivate {who}"
    said = "{who} {has} access to {organization} again."
    already = "{who} {has} access to {organization} already."
    consequences = (
        ("armchair", "Each takes a seat."),
        ("users-group", "A place in a group ends where the role grants more than you could give there."),
    )

    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: None
    ) -> Outcome[Membership]:
        return reactivate(actor=actor, organization=organization, memberships=people)

    def undo(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: None, before: str
    ) -> Outcome[Membership]:
        return deactivate(actor=actor, organization=organization, memberships=people)

    def as_left(self, rows: MembershipQuerySet, argument: None) -> MembershipQuerySet:
        return rows.filter(status=MembershipStatus.ACTIVE)


class Remove(Plain):
    key, permission, icon, label = "remove", "members.delete", "user-minus", "Remove"
    undoable, destroys = False, True
    asking = "Remove {who}"
    will = "{who} will no longer belong to {organization}."
    verb = "Remove {who}"
    said = "{who} no longer {belongs} to {organization}."
    already = "{who} no longer {belongs} to {organization} already."
    consequences = (
        ("users-group", "Role, places in groups and what this organization kept about them go."),
        ("mail-off", "Invitations that they sent are revoked."),
        ("user", "Their accounts stay theirs, and the audit log keeps who they were."),
    )

    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: None
    ) -> Outcome[Membership]:
        return remove(actor=actor, organization=organization, memberships=people)
