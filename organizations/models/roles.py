"""Roles: named sets of grants."""

from __future__ import annotations

import math

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from organizations.models.organizations import Organization
from organizations.querysets import RoleQuerySet
from organizations.schemes import scheme


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
