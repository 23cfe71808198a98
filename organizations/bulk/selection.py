"""Who was selected: people by their ids, or everyone that the members table showed with its filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict

from audit.actors import Actor
from organizations.member_filters import Filters
from organizations.models import Organization
from organizations.querysets import MembershipQuerySet

MOST_SELECTED = 5_000


@dataclass(frozen=True)
class Selection:
    """`ids` of people, or with `everything` all who match `query`, which is how the table's URL says its filters."""

    ids: tuple[UUID, ...] = ()
    everything: bool = False
    query: str = ""

    @classmethod
    def read(cls, posted: QueryDict) -> Selection:
        """From a form; what is no id is nobody. Raises ValidationError (`nobody`, `too_many`)."""
        if posted.get("all"):
            return cls(everything=True, query=posted.get("query", "").replace("\x00", ""))
        ids = tuple(dict.fromkeys(_ids(posted)))
        if not ids:
            message = "Nobody is selected. Tick the people in the table first."
            raise ValidationError(message, code="nobody")
        if len(ids) > MOST_SELECTED:
            message = (
                f"At most {MOST_SELECTED:,} people can be ticked; these are {len(ids):,}. "
                "Narrow the table with a filter, and select all that match."
            )
            raise ValidationError(message, code="too_many")
        return cls(ids)

    def people(self, organization: Organization, reader: Actor, at: datetime) -> MembershipQuerySet:
        """Those of this organization only, by id. Raises ValidationError (`filter`)."""
        if self.everything:
            return self.filters(organization, reader).people(organization, at).order_by("id")
        rows: MembershipQuerySet = organization.memberships.filter(pk__in=self.ids).order_by("id")
        return rows

    def filters(self, organization: Organization, reader: Actor) -> Filters:
        """Raises ValidationError (`filter`) where one of them is unknown: without it, it would be more people."""
        found = Filters.parse(self.query, organization, reader)
        asked = {name for name, value in QueryDict(self.query).items() if str(value).strip()}
        if asked - {name for name, _ in found.pairs}:
            message = "A filter of this selection is not known here any more. Open the members again and select anew."
            raise ValidationError(message, code="filter")
        return found


def _ids(posted: QueryDict) -> Iterator[UUID]:
    """Each `m` holds one id or several with commas between."""
    for typed in posted.getlist("m"):
        for one in typed.split(","):
            try:
                yield UUID(hex=one)
            except ValueError:
                continue
