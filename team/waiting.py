"""The invitations that wait for one person's answer, those that end first in front, a hundred at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from invitations.models import Invitation
from invitations.querysets import InvitationQuerySet

SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """`total` wait in all, and `further` of them end later than these; `is_first`: none ends sooner."""

    rows: list[Invitation]
    total: int
    further: int = 0
    is_first: bool = True

    @property
    def said(self) -> str:
        """How many more there are; nothing where these are all."""
        if self.further:
            more = f"{self.further:,} more {'waits and ends' if self.further == 1 else 'wait and end'} later."
            return f"These {len(self.rows)} end first. {more}" if self.is_first else more
        return "" if self.is_first else f"These are the last of {self.total:,}."

    @property
    def next_url(self) -> str:
        return f"?after={self.rows[-1].pk.hex}" if self.further else ""

    @property
    def previous_url(self) -> str:
        """Leads to the first ones."""
        return "" if self.is_first else "?"


def waiting_for(addresses: Sequence[str], at: datetime, after: UUID | None) -> Waiting:
    """Those to these addresses that end after that one; the first ones where there are none, or no such invitation."""
    to_them = Invitation.objects.to_addresses(addresses)
    offers = to_them.pending(at).order_by("expires_at", "pk")
    # Found again also once it was answered: its place stays where it was.
    place = to_them.filter(pk=after).values_list("expires_at", "pk").first() if after else None
    if place and (found := list(offers.filter(_beyond(*place)).select_related("organization", "role")[: SHOWN + 1])):
        return _counted(offers, found, is_first=False)
    found = list(offers.select_related("organization", "role")[: SHOWN + 1])
    return _counted(offers, found) if len(found) > SHOWN else Waiting(found, len(found))


def _counted(offers: InvitationQuerySet, found: list[Invitation], *, is_first: bool = True) -> Waiting:
    rows = found[:SHOWN]
    beyond = Count("pk", filter=_beyond(rows[-1].expires_at, rows[-1].pk))
    counted = offers.order_by().aggregate(total=Count("pk"), further=beyond)
    return Waiting(rows, counted["total"], counted["further"], is_first)


def _beyond(ends: datetime, key: UUID) -> Q:
    return Q(expires_at__gt=ends) | Q(expires_at=ends, pk__gt=key)
