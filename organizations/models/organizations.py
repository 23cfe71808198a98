"""The organization: what an action locks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from organizations.models.headcounts import Counted, Headcount
from organizations.querysets import OrganizationQuerySet
from organizations.schemes import Scheme, scheme

if TYPE_CHECKING:
    from organizations.models.memberships import Membership

# Addresses that would read as pages of Roster, or that somebody could be fooled with.
RESERVED_SLUGS = frozenset({"new", "admin", "api", "scim", "static", "accounts", "mail", "health", "roster"})

COUNTERS = ("active_members", "deactivated_members", "seatless_members", "reserved_seats", "addresses_invited")


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
    plan = models.CharField(max_length=60, blank=True, help_text="What those who run Roster call it.")
    seat_limit = models.PositiveIntegerField("seats", null=True, blank=True, help_text="Empty: as many as they like.")
    trial_cap = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many addresses it may ever invite by mail. Empty: as many as they like."
    )
    trusted = models.BooleanField(default=False, help_text="Whether its invitations may carry a note.")
    allowed_domains = models.JSONField(
        default=list, blank=True, help_text="Only addresses of these domains are invited and join. Empty: any."
    )
    reminders = models.BooleanField(default=True, help_text="Whether invitations that wait are reminded of.")
    active_members = models.PositiveIntegerField(default=0, editable=False)
    deactivated_members = models.PositiveIntegerField(default=0, editable=False)
    seatless_members = models.PositiveIntegerField("active without a seat", default=0, editable=False)
    reserved_seats = models.PositiveIntegerField("pending invitations", default=0, editable=False)
    addresses_invited = models.PositiveIntegerField(
        "addresses ever invited", default=0, editable=False, help_text="Each once; none is given back."
    )
    two_factor_required = models.BooleanField(default=False, help_text="Who has no second factor can do nothing here.")
    production_approved_at = models.DateTimeField(
        "approved for production", null=True, editable=False, help_text="Some permissions wait for it."
    )
    more_asked_at = models.DateTimeField(null=True, editable=False, help_text="When it asked for a larger plan last.")
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
            models.CheckConstraint(
                condition=Q(seatless_members__gte=0, seatless_members__lte=F("active_members")),
                name="organizations_seatless_members",
            ),
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
        return self.seats_used + self.reserved_seats

    @property
    def seats_used(self) -> int:
        return self.active_members - self.seatless_members

    @property
    def seats_free(self) -> int | None:
        """None where there is no limit; a limit below use leaves none free."""
        return None if self.seat_limit is None else max(0, self.seat_limit - self.seats_taken)

    @property
    def invitable(self) -> int | None:
        """How many new addresses it may still invite by mail; None where there is no cap."""
        return None if self.trial_cap is None else max(0, self.trial_cap - self.addresses_invited)

    @property
    def withheld(self) -> frozenset[str]:
        """Permissions that wait until the organization is approved for production."""
        return frozenset() if self.production_approved_at else self.rules.production

    def count_in(self, membership: Membership) -> None:
        """Count the membership as it is now; `count_out` before it changes or goes."""
        self._count(membership, 1)

    def count_out(self, membership: Membership) -> None:
        self._count(membership, -1)

    def count_offers(self, role_id: UUID | None, by: int) -> None:
        """Count pending invitations to that role in, or with a negative number out, with the seats they reserve."""
        self.reserved_seats += by
        self._remember(role_id, Counted(invited=by))

    def save_counters(self) -> None:
        """Write the counters, and when something lapses next, as they became under the lock."""
        kept = {name: getattr(self, name) for name in (*COUNTERS, "settles_at")}
        Organization.objects.filter(pk=self.pk).update(**kept)  # a third of what `save` costs
        moved, self._moved = self._moved, {}
        for role_id, by in moved.items():
            self._save_headcount(role_id, by)

    def _count(self, membership: Membership, by: int) -> None:
        if membership.status != "active":
            self.deactivated_members += by
            self._remember(membership.role_id, Counted(deactivated=by))
            return
        self.active_members += by
        self._remember(membership.role_id, Counted(active=by))
        if not membership.takes_seat:
            self.seatless_members += by

    # What was counted since the counters were saved, by role. It is replaced and never changed: an action that joins
    # another puts the row's state back where it is refused.
    _moved: Mapping[UUID | None, Counted] = MappingProxyType({})

    def _remember(self, role_id: UUID | None, by: Counted) -> None:
        self._moved = {**self._moved, role_id: self._moved.get(role_id, Counted()).plus(by)}

    def _save_headcount(self, role_id: UUID | None, by: Counted) -> None:
        if any(by) and not Headcount.move(self.pk, role_id, by):
            Headcount.objects.create(organization=self, role_id=role_id, **by._asdict())

    def settle_by(self, moment: datetime | None) -> None:
        """Remember that something here lapses at `moment`."""
        if moment and (self.settles_at is None or moment < self.settles_at):
            self.settles_at = moment
