"""Memberships: who belongs, and what that grants."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.actors import Actor, ActorKind
from organizations.models.organizations import Organization
from organizations.models.roles import Role
from organizations.querysets import MembershipQuerySet


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    DEACTIVATED = "deactivated", "Deactivated"


class MembershipSource(models.TextChoices):
    FOUNDED = "founded", "Created the organization"
    INVITATION = "invitation", "Accepted an invitation"


class Membership(models.Model):
    """A user in an organization. Name, address and two-factor state are indexed copies of the user's own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="memberships")
    status = models.CharField(max_length=11, choices=MembershipStatus.choices, default=MembershipStatus.ACTIVE)
    source = models.CharField(max_length=10, choices=MembershipSource.choices)
    joined_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField()
    sort_name = models.CharField(max_length=254, editable=False)
    two_factor = models.BooleanField(default=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="organizations_membership_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "sort_name", "id"], name="organizations_member_name"),
            models.Index(fields=["organization", "email"], name="organizations_member_email"),
            models.Index(fields=["organization", "status", "role"], name="organizations_member_role"),
            models.Index(
                fields=["organization", "ends_at"],
                condition=Q(status="active", ends_at__isnull=False),
                name="organizations_member_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name or self.email

    def grants_at(self, at: datetime) -> frozenset[str]:
        """What it grants at that time: nothing when deactivated, past its end or without a role."""
        if not self.is_active_at(at) or self.role is None:
            return frozenset()
        return self.role.grant_set

    def is_active_at(self, at: datetime) -> bool:
        return self.status == MembershipStatus.ACTIVE and (self.ends_at is None or at < self.ends_at)

    def as_actor(self, at: datetime) -> Actor:
        return Actor(
            kind=ActorKind.MEMBER,
            label=self.label,
            id=self.user_id,
            membership_id=self.pk,
            grants=self.grants_at(at),
            owns=bool(self.role and self.role.owns and self.is_active_at(at)),
        )

    def copy_user(self, name: str, email: str, *, two_factor: bool) -> None:
        """Take over what the account says of its person."""
        self.name, self.email, self.two_factor = name, email, two_factor
        self.sort_name = sort_name(name, email)


def sort_name(name: str, email: str) -> str:
    """What the members table is ordered by: the name without regard to case, or the address."""
    return (name or email).casefold()[:254]
