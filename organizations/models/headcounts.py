"""How many people hold each role: kept, so that no page counts them."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import connection, models
from django.db.models import Q

from organizations.among import as_stored


class Counted(NamedTuple):
    """Memberships that are active and deactivated, and pending invitations."""

    active: int = 0
    deactivated: int = 0
    invited: int = 0

    def plus(self, other: Counted) -> Counted:
        active, deactivated, invited = other
        return Counted(self.active + active, self.deactivated + deactivated, self.invited + invited)


# Every change of people or offers counts: put together anew each time it cost three times what it does (decision 23).
_MOVE = """
    UPDATE organizations_headcount SET active = active + %s, deactivated = deactivated + %s, invited = invited + %s
    WHERE organization_id = %s AND role_id {role}
"""


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

    @staticmethod
    def move(organization_id: UUID, role_id: UUID | None, by: Counted) -> bool:
        """Add these to what is kept of a role, or of none; False where nothing is kept yet."""
        role = "IS NULL" if role_id is None else "= %s"
        keys = [as_stored(key) for key in (organization_id, role_id) if key is not None]
        with connection.cursor() as cursor:
            cursor.execute(_MOVE.format(role=role), [*by, *keys])
            return bool(cursor.rowcount)

    @property
    def people(self) -> int:
        return self.active + self.deactivated
