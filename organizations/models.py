"""Organizations, their roles, and who belongs to them."""

from __future__ import annotations

import math
from datetime import datetime

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from audit.actors import Actor, ActorKind
from organizations.querysets import MembershipQuerySet, OrganizationQuerySet, RoleQuerySet
from organizations.schemes import Scheme, scheme

# Addresses that would read as pages of Roster, or that somebody could be fooled with.
RESERVED_SLUGS = frozenset({"new", "admin", "api", "scim", "static", "accounts", "mail", "health", "roster"})


class Organization(models.Model):
    """The tenant. Its row is what an action locks; its counters are kept under that lock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80, validators=[validate_name])
    slug = models.CharField(
        "address",
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z",
                "Only small letters, digits and hyphens between them.",
                "invalid_slug",
            )
        ],
    )
    scheme = models.CharField("role scheme", max_length=50)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seat_limit = models.PositiveIntegerField("seats", null=True, blank=True, help_text="Empty: as many as they like.")
    active_members = models.PositiveIntegerField(default=0, editable=False)
    deactivated_members = models.PositiveIntegerField(default=0, editable=False)
    reserved_seats = models.PositiveIntegerField("pending invitations", default=0, editable=False)
    settles_at = models.DateTimeField(
        null=True, editable=False, db_index=True, help_text="Nothing here lapses before this time."
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(active_members__gte=0), name="organizations_active_members"),
            models.CheckConstraint(condition=Q(deactivated_members__gte=0), name="organizations_deactivated_members"),
            models.CheckConstraint(condition=Q(reserved_seats__gte=0), name="organizations_reserved_seats"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> Scheme:
        return scheme(self.scheme)

    @property
    def members_count(self) -> int:
        return self.active_members + self.deactivated_members

    @property
    def seats_taken(self) -> int:
        """What active memberships take and pending invitations reserve."""
        return self.active_members + self.reserved_seats

    @property
    def seats_free(self) -> int | None:
        """None where there is no limit; a limit below use leaves none free."""
        return None if self.seat_limit is None else max(0, self.seat_limit - self.seats_taken)

    def settle_by(self, moment: datetime | None) -> None:
        """Remember that something here lapses at `moment`."""
        if moment and (self.settles_at is None or moment < self.settles_at):
            self.settles_at = moment


class Role(models.Model):
    """A named set of grants: built-in (a scheme's, without an organization) or custom (one organization's own)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="custom_roles")
    scheme = models.CharField(max_length=50)
    key = models.CharField(max_length=50)
    label = models.CharField(max_length=60, validators=[validate_name])
    description = models.CharField(max_length=300, blank=True)
    caution = models.CharField(max_length=300, blank=True)
    elevated = models.BooleanField(default=False)
    owns = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(help_text="From 0, the narrowest.")
    grants = models.JSONField(default=list)
    retired = models.BooleanField(default=False, help_text="Its scheme no longer declares it.")

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "key"], condition=Q(organization=None), name="organizations_role_builtin_key"
            ),
            models.UniqueConstraint(fields=["organization", "key"], name="organizations_role_custom_key"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def grant_set(self) -> frozenset[str]:
        return frozenset(self.grants)

    @property
    def reach(self) -> int:
        """How much it may do, in quarters of the catalogue: 0 to 4."""
        everything = len(scheme(self.scheme).permissions)
        return min(4, math.ceil(4 * len(self.grants) / everything)) if everything else 0

    @property
    def css_class(self) -> str:
        return "owner" if self.owns else "elevated" if self.elevated else ""


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
