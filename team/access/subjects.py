"""Whom a question of access is about, with all that the answer stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from allauth.account.models import EmailAddress

from audit.actors import Actor
from organizations.models import Group, GroupPlace, Membership, Organization, Places, Role, places_of
from organizations.policies import holds


@dataclass(frozen=True)
class Subject:
    """A member with role, organization and account, their places in groups by name, and how they came.

    `inviter` is '' where nobody invited them, or where the reader may not see invitations. `roles` are all those of
    the organization, narrow to wide.
    """

    membership: Membership
    places: Sequence[GroupPlace]
    verified: bool
    inviter: str
    roles: Sequence[Role]

    @cached_property
    def in_groups(self) -> Places:
        return places_of((place.group_id, place.curates) for place in self.places)


def load_subject(membership: Membership, roles: Sequence[Role], *, reader: Actor) -> Subject:
    """Three queries at most; the membership comes with its role, organization and account."""
    organization = membership.organization
    places = list(membership.group_places.select_related("group").order_by("group__name"))
    verified = EmailAddress.objects.filter(user=membership.user_id, email=membership.email, verified=True).exists()
    inviter = None
    if holds(reader, "invitations.read"):
        accepted = organization.invitations.filter(accepted_by=membership.user_id).newest_first()
        inviter = accepted.values_list("inviter_label", flat=True).first()
    return Subject(membership, places, verified, inviter or "", roles)


def is_about_oneself(reader: Actor, membership: Membership) -> bool:
    return reader.membership_id == membership.pk


def sees_group(reader: Actor, group: Group) -> bool:
    """Whether the reader may know of the group, which is one of the reader's organization."""
    return bool(holds(reader, "groups.read", group)) or group.pk in reader.belongs_to


def roles_of(organization: Organization) -> list[Role]:
    return list(Role.objects.of(organization))
