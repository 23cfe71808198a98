"""Whom the file lists: who is invited first, then everyone by name, of those that the filters leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import QuerySet

from audit.actors import Actor
from invitations.models import Invitation
from organizations.member_filters import Filters
from organizations.models import GroupPlace, Organization
from organizations.visible_groups import reads_groups, visible_groups
from team.members.pending import offers_that_match

HEADER = ["Email", "Name", "Role", "Status", "Groups", "Two-factor", "Joined", "Last active", "Access ends"]
COLUMNS = (
    "id", "email", "name", "role__label", "status", "two_factor", "joined_at", "last_active_at", "ends_at",
)  # fmt: skip


@dataclass(frozen=True)
class Export:
    """One file for one reader: what they may see of it, as of one moment, in their time zone."""

    organization: Organization
    reader: Actor
    filters: Filters
    at: datetime
    zone: tzinfo

    def people(self) -> QuerySet[Any, tuple[Any, ...]]:
        """`COLUMNS` of each person, in the order of an index."""
        rows = self.filters.people(self.organization, self.at).order_by("sort_name", "id")
        return rows.values_list(*COLUMNS)

    def invited(self) -> QuerySet[Any, tuple[Any, ...]]:
        """Address, role and end of access of whoever has not answered; none where the reader may not know of them."""
        rows = Invitation.objects.none()
        if self.filters.admits_pending and "invitations.read" in self.reader.grants:
            rows = offers_that_match(self.filters, self.organization, self.at)
        return rows.values_list("email", "role__label", "access_ends_at")

    def places(self) -> QuerySet[GroupPlace] | None:
        """The places in groups that the reader sees; None where there is no group that they could see.

        Where the filters leave few people, only theirs: to gather everyone's is quicker than to ask for each, of many.
        """
        if not reads_groups(self.reader):
            return None
        seen = visible_groups(self.organization, self.reader)
        if not seen.exists():
            return None
        rows = GroupPlace.objects.filter(group__in=seen)
        if self.filters.named or self.filters.q:
            rows = rows.filter(membership__in=self.filters.people(self.organization, self.at).values("pk"))
        return rows
