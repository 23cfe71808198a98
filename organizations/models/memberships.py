"""Memberships: who belongs, and what that grants."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from audit.actors import Actor, ActorKind
from organizations.models.groups import NO_PLACES, Places, places_of
from organizations.models.organizations import Organization
from organizations.models.roles import Role
from organizations.models.texts import MembershipText, text_of
from organizations.querysets import MembershipQuerySet
from organizations.schemes import OwnerRule

# Somebody who was never here, in a column that is sorted and paged by: there a null would need an order of its own.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


validate_phone = RegexValidator(r"^\+?[0-9 ()./-]*\Z", "Use digits, spaces and + ( ) - only.", "invalid_phone")


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    DEACTIVATED = "deactivated", "Deactivated"


class MembershipSource(models.TextChoices):
    FOUNDED = "founded", "Created the organization"
    INVITATION = "invitation", "Accepted an invitation"
    DOMAIN = "domain", "Joined by a proven domain"
    REQUEST = "request", "Asked to join"
    OPEN = "open", "Joined openly"
    LINK = "link", "Joined with a link"


class Membership(models.Model):
    """A user in an organization. Name, address and two-factor state are indexed copies of the user's own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships", db_index=False)
    # Without indexes of their own: every one is written with each change of a role, and those below begin with them.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", db_index=False)
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="memberships", db_index=False)
    owns = models.BooleanField(default=False, editable=False, help_text="A copy of the role's, for the rules below.")
    sole_owner = models.BooleanField(default=False, editable=False, help_text="Owns where exactly one may.")
    status = models.CharField(max_length=11, choices=MembershipStatus.choices, default=MembershipStatus.ACTIVE)
    source = models.CharField(max_length=10, choices=MembershipSource.choices)
    joined_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    noticed_days = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text="The notice of its end that was sent last, in days before."
    )
    last_active_at = models.DateTimeField(default=NEVER, editable=False, help_text="To within five minutes.")
    name = models.CharField(max_length=100, blank=True)
    own_name = models.CharField(
        "name shown here",
        max_length=100,
        blank=True,
        validators=[validate_name],
        help_text="Empty: the account's name.",
    )
    job_title = models.CharField("title", max_length=100, blank=True, validators=[validate_name])
    phone = models.CharField(
        max_length=32,
        blank=True,
        validators=[validate_phone],
    )
    email = models.EmailField()
    sort_name = models.CharField(max_length=254, editable=False)
    two_factor = models.BooleanField(default=False)

    objects = MembershipQuerySet.as_manager()

    has_active_account: bool  # where it is read beside the row: `with_account`

    class Meta:
        ordering = ["sort_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="organizations_membership_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(sole_owner=True), name="organizations_exactly_one_owner"
            ),
            models.CheckConstraint(condition=Q(sole_owner=False) | Q(owns=True), name="organizations_sole_owner_owns"),
            models.CheckConstraint(
                condition=Q(owns=False) | Q(ends_at=None, role__isnull=False), name="organizations_owner_has_no_end"
            ),
            models.CheckConstraint(
                condition=Q(sole_owner=False) | Q(status="active"), name="organizations_sole_owner_is_active"
            ),
        ]
        indexes = [
            # One for each pair of filter and order that the members table offers (team/members/orders.py).
            models.Index(fields=["organization", "sort_name", "id"], name="organizations_member_name"),
            models.Index(fields=["organization", "role", "sort_name", "id"], name="organizations_member_by_role"),
            # PostgreSQL takes no order from the index above where the role is null.
            models.Index(
                fields=["organization", "sort_name", "id"], condition=Q(role=None), name="organizations_member_no_role"
            ),
            models.Index(fields=["organization", "status", "sort_name", "id"], name="organizations_member_by_status"),
            models.Index(fields=["organization", "two_factor", "sort_name", "id"], name="organizations_member_by_2fa"),
            models.Index(fields=["organization", "source", "sort_name", "id"], name="organizations_member_by_source"),
            models.Index(fields=["organization", "joined_at", "id"], name="organizations_member_joined"),
            models.Index(fields=["organization", "last_active_at", "id"], name="organizations_member_active"),
            models.Index(
                fields=["organization", "ends_at", "id"],
                condition=Q(ends_at__isnull=False),
                name="organizations_member_by_end",
            ),
            # Whose end comes near, in all organizations: the clock looks for them.
            models.Index(
                fields=["ends_at"], condition=Q(status="active", ends_at__isnull=False), name="organizations_ends_soon"
            ),
            models.Index(fields=["organization"], condition=Q(owns=True), name="organizations_member_owns"),
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

    @property
    def takes_seat(self) -> bool:
        """Whether it takes one while it is active."""
        return self.role is None or self.role.takes_seat

    @property
    def meets_two_factor(self) -> bool:
        """Whether its person has the second factor that the organization may require."""
        return self.two_factor or not self.organization.two_factor_required

    @cached_property
    def places(self) -> Places:
        """The groups belonged to and curated; not asked for where the role grants nothing by group."""
        if self.role is None or not self.role.by_group:
            return NO_PLACES
        rows = self.group_places.values_list("group_id", "curates")
        return places_of(rows)

    def take_role(self, role: Role | None) -> None:
        """Hold this role from now on, with what the constraints keep of it."""
        self.role = role
        self.owns = bool(role and role.owns)
        self.sole_owner = self.owns and self.organization.rules.owner_rule is OwnerRule.EXACTLY_ONE
        self.__dict__.pop("places", None)

    def grants_at(self, at: datetime) -> frozenset[str]:
        """What it grants at that time: nothing when deactivated, past its end, without a role or the second factor."""
        if not self.is_active_at(at) or self.role is None or not self.meets_two_factor:
            return frozenset()
        return self.role.grant_set

    def is_active_at(self, at: datetime) -> bool:
        return self.status == MembershipStatus.ACTIVE and (self.ends_at is None or at < self.ends_at)

    def as_actor(self, at: datetime) -> Actor:
        grants = self.grants_at(at)
        return Actor(
            kind=ActorKind.MEMBER,
            label=self.label,
            id=self.user_id,
            membership_id=self.pk,
            grants=grants,
            withheld=self.organization.withheld,
            belongs_to=self.places.belongs_to if grants else frozenset(),
            curates=self.places.curates if grants else frozenset(),
            owns=bool(grants and self.role and self.role.owns),
        )

    @property
    def last_active(self) -> datetime | None:
        """When its person was here last, to within five minutes; None where they never were."""
        return None if self.last_active_at == NEVER else self.last_active_at

    def copy_user(self, name: str, email: str, *, two_factor: bool) -> None:
        """Take over what the account says of its person; the organization's own name for them stays."""
        self.name, self.email, self.two_factor = self.own_name or name, email, two_factor
        self.sort_name = sort_name(self.name, email)

    def as_text(self) -> MembershipText:
        """What it is found by, to be saved with it."""
        text = text_of(self.name, self.email)
        return MembershipText(membership=self, organization_id=self.organization_id, text=text)


def sort_name(name: str, email: str) -> str:
    """What the members table is ordered by: the name without regard to case, or the address."""
    return (name or email).casefold()[:254]
