"""Roles: named sets of grants."""

from __future__ import annotations

import math
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from organizations.models.organizations import Organization
from organizations.querysets import RoleQuerySet
from organizations.schemes import scheme

MOST_ROLES = 100  # custom ones in one organization


class Role(models.Model):
    """A named set of grants: built-in (a scheme's, without an organization) or custom (one organization's own)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="custom_roles")
    scheme = models.CharField(max_length=50)
    key = models.CharField(max_length=50)
    label = models.CharField(max_length=60, validators=[validate_name])
    description = models.CharField(max_length=300, blank=True, validators=[validate_name])
    caution = models.CharField(max_length=300, blank=True, validators=[validate_name])
    elevated = models.BooleanField(default=False)
    owns = models.BooleanField(default=False)
    reserved = models.BooleanField(default=False, help_text="Nobody gives it by hand.")
    system_managed = models.BooleanField(default=False, help_text="Roster or the host product gives and takes it.")
    signs_in = models.BooleanField("may use the browser", default=True)
    takes_seat = models.BooleanField(default=True)
    rank = models.PositiveSmallIntegerField(help_text="From 0, the narrowest.")
    grants = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1, help_text="Each edit raises it; a stale one is told.")
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.CharField(max_length=254, blank=True, editable=False)
    retired = models.BooleanField(default=False, help_text="Its scheme no longer declares it.")

    objects = RoleQuerySet.as_manager()

    # The list of grants that was read last, and what came of it.
    _read: tuple[list[str] | None, frozenset[str]] = (None, frozenset())

    class Meta:
        ordering = ["scheme", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "key"], condition=Q(organization=None), name="organizations_role_builtin_key"
            ),
            models.UniqueConstraint(fields=["organization", "key"], name="organizations_role_custom_key"),
            models.UniqueConstraint("organization", Lower("label"), name="organizations_role_label"),
            # A role of one organization never owns, and is given by hand: those are a scheme's to declare.
            models.CheckConstraint(
                condition=Q(organization=None) | Q(owns=False, reserved=False, system_managed=False, takes_seat=True),
                name="organizations_role_custom_plain",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_custom(self) -> bool:
        return self.organization_id is not None

    @property
    def by_hand(self) -> bool:
        """Whether people give it; the others come from the host product or with a curator's place."""
        return not (self.reserved or self.system_managed)

    @property
    def grant_set(self) -> frozenset[str]:
        """Its grants, without those of a custom role that the scheme no longer knows."""
        read, found = self._read
        if read is not self.grants:  # asked for again and again of one role, for each of its people
            known = scheme(self.scheme).permission_set if self.is_custom else None
            found = frozenset(one for one in self.grants if known is None or one.partition("@")[0] in known)
            self._read = (self.grants, found)
        return found

    @property
    def vanished(self) -> list[str]:
        """Grants that name a permission which the scheme no longer knows; they grant nothing."""
        return sorted(set(self.grants) - self.grant_set)

    @property
    def by_group(self) -> bool:
        """Whether it grants something in groups only."""
        return any("@" in grant for grant in self.grants)

    @property
    def permissions_count(self) -> int:
        """How many permissions it grants, each counted once whatever its scope."""
        return len({grant.partition("@")[0] for grant in self.grant_set})

    @property
    def reach(self) -> int:
        """How much it may do, in quarters of the catalogue: 0 to 4."""
        everything = len(scheme(self.scheme).permissions)
        return min(4, math.ceil(4 * self.permissions_count / everything)) if everything else 0

    @property
    def css_class(self) -> str:
        return "owner" if self.owns else "elevated" if self.elevated else ""

    def rank_among(self, builtin: Iterable[Role]) -> int:
        """Where a custom role stands from narrow to wide: beside the widest built-in one that grants no more."""
        narrower = [role.rank for role in builtin if role.by_hand and role.permissions_count <= self.permissions_count]
        return max(narrower, default=0)
