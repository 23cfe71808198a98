"""The tabs of the members table: everyone, and the people of each role, with kept counts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from organizations.member_filters import NO_ROLE, Filters
from organizations.models import Headcount, Organization, Role

MOST_TABS = 8


@dataclass(frozen=True)
class Tab:
    label: str
    query: str
    count: int
    current: bool
    due: bool = False


class Heads:
    """How many people hold each role here, of all statuses; pending ones only for who may see them. One query."""

    def __init__(self, organization: Organization, *, sees_invitations: bool) -> None:
        self.organization = organization
        self.sees_invitations = sees_invitations
        rows = Headcount.objects.filter(organization=organization).select_related("role")
        self.by_role: dict[UUID | None, Headcount] = {row.role_id: row for row in rows}
        self.roles: dict[UUID, Role] = {row.role.pk: row.role for row in self.by_role.values() if row.role}

    def of(self, role: Role | str) -> int:
        """How many people have this role, or none."""
        row = self.by_role.get(role.pk if isinstance(role, Role) else None)
        return self._all(row) if row else 0

    def members(self, filters: Filters) -> int | None:
        """How many memberships match, where a counter knows it."""
        if filters.search or filters.named - {"role", "status"}:
            return None
        row = self._row(filters)
        if filters.status:
            return row.active if filters.status == "active" else row.deactivated if filters.status != "pending" else 0
        return row.people

    def invited(self, filters: Filters) -> int:
        """How many pending invitations match, the search aside."""
        return self._row(filters).invited

    def tabs(self, filters: Filters) -> list[Tab]:
        """From the widest role to the narrowest, at most as many as fit; the one that is looked at is among them."""
        roles = sorted(self.roles.values(), key=lambda role: (role.rank, role.is_custom, role.label), reverse=True)
        held = [role for role in roles if self.of(role) or role == filters.role]
        shown = held[:MOST_TABS]
        if isinstance(filters.role, Role) and filters.role not in shown:
            shown[-1:] = [filters.role]
        rest = filters.without("role")
        everyone = Tab("Everyone", rest.query(), self._all(self._total), not filters.role)
        found = [
            everyone,
            *(self._tab(rest, role.label, role.pk.hex, self.of(role), role == filters.role) for role in shown),
        ]
        if self.of(NO_ROLE) or filters.role == NO_ROLE:
            found.append(self._tab(rest, "No role", NO_ROLE, self.of(NO_ROLE), filters.role == NO_ROLE, due=True))
        return found

    def more_roles(self, filters: Filters) -> list[Tab]:
        """The roles that somebody holds and that found no place among the tabs."""
        shown = {tab.label for tab in self.tabs(filters)}
        roles = sorted(self.roles.values(), key=lambda role: (role.rank, role.label), reverse=True)
        rest = filters.without("role")
        return [
            self._tab(rest, role.label, role.pk.hex, self.of(role), False)
            for role in roles
            if self.of(role) and role.label not in shown
        ]

    @property
    def _total(self) -> Headcount:
        organization = self.organization
        return Headcount(
            active=organization.active_members,
            deactivated=organization.deactivated_members,
            invited=organization.reserved_seats,
        )

    def _row(self, filters: Filters) -> Headcount:
        if not filters.role:
            return self._total
        role = filters.role
        return self.by_role.get(role.pk if isinstance(role, Role) else None) or Headcount()

    def _all(self, row: Headcount) -> int:
        return row.people + (row.invited if self.sees_invitations else 0)

    @staticmethod
    def _tab(rest: Filters, label: str, key: str, count: int, current: bool, *, due: bool = False) -> Tab:
        query = "&".join(part for part in (rest.query(), f"role={key}") if part)
        return Tab(label, query, count, current, due)
