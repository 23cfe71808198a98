"""The filters of the members table: read from a URL, said in words, turned into a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from audit.actors import Actor
from organizations.models import (
    NEVER,
    Group,
    MembershipSource,
    MembershipStatus,
    Organization,
    Role,
    needle,
)
from organizations.querysets import MembershipQuerySet
from organizations.visible_groups import visible_groups

LONGEST_SEARCH = 100
LARGE = 10_000  # members from which on one or two letters are looked for where words begin
NO_ROLE = "none"


class Listed(StrEnum):
    """Whom the table shows, as its tabs of status say it."""

    PENDING = "pending"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class Activity(StrEnum):
    """When somebody was last active: never, or not for that many days."""

    NEVER = "never"
    DAYS_30 = "30"
    DAYS_90 = "90"


_LISTED = {Listed.PENDING: "Invited", Listed.ACTIVE: "Active", Listed.DEACTIVATED: "Deactivated"}
_ACTIVITY = {
    Activity.NEVER: "Never active",
    Activity.DAYS_30: "Not active for 30 days",
    Activity.DAYS_90: "Not active for 90 days",
}


@dataclass(frozen=True)
class Filters:
    """What the table is narrowed to. `role` is a role or `none` for people without one."""

    q: str = ""
    role: Role | str = ""
    status: str = ""
    group: Group | None = None
    two_factor: str = ""
    source: str = ""
    active: str = ""
    ends: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str] | QueryDict, organization: Organization, reader: Actor) -> Filters:
        """From the URL; what is unknown there, or not for the reader to see, is ignored."""
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            role=_role(query.get("role", ""), organization),
            status=_one_of(Listed, query.get("status", "")),
            group=_group(query.get("group", ""), organization, reader),
            two_factor=query.get("two_factor", "") if query.get("two_factor") in ("on", "off") else "",
            source=_one_of(MembershipSource, query.get("source", "")),
            active=_one_of(Activity, query.get("active", "")),
            ends="yes" if query.get("ends") == "yes" else "",
        )

    @classmethod
    def parse(cls, text: str, organization: Organization, reader: Actor) -> Filters:
        """From what `query()` answered."""
        return cls.read(QueryDict(text), organization, reader)

    @property
    def named(self) -> frozenset[str]:
        """The filters that are on, the search aside."""
        return frozenset(one.name for one in fields(self) if one.name != "q" and getattr(self, one.name))

    @property
    def search(self) -> str:
        """The text that is looked for, as it stands where it is looked for."""
        return needle(self.q)

    @property
    def admits_pending(self) -> bool:
        """Whether somebody who has not joined yet can match."""
        return self.status in ("", Listed.PENDING) and not self.named - {"role", "status"}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Name and value of each filter that is on, as a URL has them."""
        return [(one.name, self._spelled(one.name)) for one in fields(self) if getattr(self, one.name)]

    def query(self) -> str:
        """The same filters as a URL has them, in one spelling."""
        return urlencode(self.pairs)

    def narrowed(self, name: str, value: Any) -> Filters:
        return replace(self, **{name: value})

    def without(self, name: str) -> Filters:
        return self.narrowed(name, None if name == "group" else "")

    def in_words(self) -> list[tuple[str, str]]:
        """Each filter that is on, by its name in the URL, as a person says it."""
        said = {
            "q": f"“{self.q}”",
            "role": self.role.label if isinstance(self.role, Role) else "No role",
            "status": _LISTED[Listed(self.status)] if self.status else "",
            "group": f"Group: {self.group}",
            "two_factor": f"Two-factor {self.two_factor}",
            "source": MembershipSource(self.source).label if self.source else "",
            "active": _ACTIVITY[Activity(self.active)] if self.active else "",
            "ends": "Access ends",
        }
        return [(one.name, said[one.name]) for one in fields(self) if getattr(self, one.name)]

    def people(self, organization: Organization, at: datetime) -> MembershipQuerySet:
        """Everyone in the organization who matches, in no order."""
        rows: MembershipQuerySet = organization.memberships.order_by()
        if self.status == Listed.PENDING:
            return rows.none()
        rows = rows.filter(self.condition(at))
        if self.search:
            rows = rows.filter(found_by__text__contains=self._needle(organization))
        return rows

    def matching(self, organization: Organization, at: datetime) -> QuerySet[Any, Any]:
        """The ids of everyone who matches, in no order: of a search alone, without looking at the memberships."""
        if not self.search or self.named:
            return self.people(organization, at).values("pk")
        return organization.texts.holding(self._needle(organization)).values("membership_id")

    def searches_beginnings(self, organization: Organization) -> bool:
        """Whether the search asks only where words begin: for one or two letters among very many people."""
        return 0 < len(self.search) < 3 and organization.members_count > LARGE

    def condition(self, at: datetime) -> Q:
        """What a membership has to be, the search aside."""
        found = Q()
        if self.role:
            found &= Q(role=None if self.role == NO_ROLE else self.role)
        if self.status:
            found &= Q(status=MembershipStatus(self.status))
        if self.group:
            found &= Q(group_places__group=self.group)
        if self.two_factor:
            found &= Q(two_factor=self.two_factor == "on")
        if self.source:
            found &= Q(source=self.source)
        if self.active == Activity.NEVER:
            # Not by equality: the rows would be in order of their ids, and PostgreSQL might walk those of everyone.
            found &= Q(last_active_at__lte=NEVER)
        elif self.active:
            found &= Q(last_active_at__lt=at - timedelta(days=int(self.active)))
        if self.ends:
            found &= Q(ends_at__isnull=False)
        return found

    def _needle(self, organization: Organization) -> str:
        return f"\n{self.search}" if self.searches_beginnings(organization) else self.search

    def _spelled(self, name: str) -> Any:
        value = getattr(self, name)
        return value.pk.hex if isinstance(value, Role | Group) else value


def _one_of(kind: type[StrEnum] | Any, text: str) -> str:
    return text if text in {str(one) for one in kind} else ""


def _role(text: str, organization: Organization) -> Role | str:
    if text == NO_ROLE:
        return NO_ROLE
    key = _key(text)
    return (key and Role.objects.ever_of(organization).filter(pk=key).first()) or ""


def _group(text: str, organization: Organization, reader: Actor) -> Group | None:
    key = _key(text)
    return visible_groups(organization, reader).filter(pk=key).first() if key else None


def _key(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
