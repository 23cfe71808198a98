"""The tabs of the invitations page: which invitations stand where, and how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import IntegerField, Subquery, TextChoices
from django.http import QueryDict
from django.utils.http import urlencode

from invitations.querysets import InvitationQuerySet
from organizations.models import Organization

MOST_COUNTED = 1_000  # beyond that a tab says "1,000+": what it costs does not grow with the organization
LONGEST_SEARCH = 254


class Tab(TextChoices):
    PENDING = "pending", "Pending"
    FAILED = "failed", "Mail failed"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"


@dataclass(frozen=True)
class Shown:
    """What the page's address asks for: a tab, and how the addresses begin that are looked for."""

    tab: Tab
    q: str = ""

    @classmethod
    def parse(cls, query: QueryDict) -> Shown:
        """What is no tab is the first one."""
        asked = query.get("status", "")
        tab = Tab(asked) if asked in Tab.values else Tab.PENDING
        return cls(tab, query.get("q", "").replace("\x00", "").strip().lower()[:LONGEST_SEARCH])

    @classmethod
    def selected(cls, query: str) -> Shown:
        """The tab of which everything is selected; none is guessed. Raises ValidationError (`filter`)."""
        asked = QueryDict(query)
        if asked.get("status", "") not in Tab.values:
            message = "It is not known of which invitations all are meant. Open them again and select anew."
            raise ValidationError(message, code="filter")
        return cls.parse(asked)

    @property
    def query(self) -> str:
        return urlencode({"status": self.tab.value} | ({"q": self.q} if self.q else {}))

    def rows(self, organization: Organization, at: datetime) -> InvitationQuerySet:
        rows = _of_tab(organization, self.tab, at)
        return rows.filter(email__startswith=self.q) if self.q else rows


@dataclass(frozen=True)
class Count:
    """How many stand on a tab; `more` where they are more than are counted."""

    number: int
    more: bool


def counts(organization: Organization, at: datetime) -> dict[str, Count]:
    """By tab, in one query. How many are pending is kept anyway, exact but for those that ended a moment ago."""
    counted = {tab.value: _Counted(_of_tab(organization, tab, at).order_by()) for tab in Tab}
    found = cast("dict[str, int]", Organization.objects.filter(pk=organization.pk).values(**counted).get())
    said = {name: Count(min(number, MOST_COUNTED), number > MOST_COUNTED) for name, number in found.items()}
    if said[Tab.PENDING].more:
        said[Tab.PENDING] = Count(organization.reserved_seats, more=False)
    return said


def place_of(text: str) -> UUID | None:
    """A place in the list, from a URL or a form; None where it is none."""
    try:
        return UUID(hex=text)
    except ValueError:
        return None


class _Counted(Subquery):
    """How many rows there are, as far as they are counted."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: InvitationQuerySet) -> None:
        super().__init__(rows.values("pk")[: MOST_COUNTED + 1])


def _of_tab(organization: Organization, tab: Tab, at: datetime) -> InvitationQuerySet:
    rows: InvitationQuerySet = organization.invitations.all()
    return rows.mail_failed(at) if tab is Tab.FAILED else rows.with_status(tab.value, at)
