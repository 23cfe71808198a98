"""How many people hold each role: kept, so that no page counts them."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.db.models import Q


class Counted(NamedTuple):
    """Memberships that are active and deactivated, and pending invitations."""

    active: int = 0
    deactivated: int = 0
    invited: int = 0

    def plus(self, other: Counted) -> Counted:
        active, deactivated, invited = other
        return Counted(self.active + active, self.deactivated + deactivated, self.invited + invited)


class Headcount(models.Model):
    """Of one organization: the people with a role, or with none. Kept under the organization's lock."""

    organization = models.ForeignKey(
        "organizations.Organization", models.CASCADE, related_name="headcounts", db_index=False
    )
    role = models.ForeignKey("organizations.Role", models.CASCADE, null=True, related_name="headcounts")
    active = models.PositiveIntegerField(default=0)
    deactivated = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "role"], name="organizations_headcount_role"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(role=None), name="organizations_headcount_no_role"
            ),
            models.CheckConstraint(
                condition=Q(active__gte=0, deactivated__gte=0, invited__gte=0), name="organizations_headcount_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id or 'no role'}: {self.active}, {self.deactivated}, {self.invited}"

    @property
    def people(self) -> int:
        return self.active + self.deactivated
