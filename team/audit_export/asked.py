"""Which events a file is asked for, and in what form: by the filters of the log's page, as its address has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Min, Q, QuerySet
from django.http import QueryDict

from audit.models import Event
from organizations.models import Organization
from team.log.filters import Filters

FORMATS = {"csv": "CSV", "jsonl": "JSON Lines"}
_TIMES = {"since", "until"}


@dataclass(frozen=True)
class Asked:
    """`rows` are of one chain; `is_complete` where they are all between the first and the last of them.

    `filter` is for the file's header, `words` for the event that says what went out.
    """

    form: str
    rows: QuerySet[Event]
    is_complete: bool
    filter: Mapping[str, Any] = field(default_factory=dict)
    words: str = "everything"


def read(query: QueryDict, organization: Organization) -> Asked:
    """What the address asks for: `format`, and the filters of the log.

    Raises ValidationError: of the `format`, or all that cannot be meant among the filters.
    """
    form = query.get("format", "csv")
    if form not in FORMATS:
        message = "The audit log is exported as csv or as jsonl. Choose one of them as the format."
        raise ValidationError(message, code="format")
    filters = Filters.read(query, organization)
    if filters.mistakes:
        raise ValidationError(list(filters.mistakes))
    sought, is_complete = filters.sought(organization), set(filters.on) <= _TIMES
    rows = _between(organization, sought.span.moments) if is_complete else sought.all()
    words = [said for _, said in filters.in_words()] + ([f"“{filters.q}”"] if filters.q else [])
    return Asked(form, rows, is_complete, dict(filters.pairs), ", ".join(words) or "everything")


def _between(organization: Organization, moments: Q) -> QuerySet[Event]:
    """All from the first to the last of a time, so that none is left out where a clock was set back."""
    rows = Event.objects.filter(chain_id=organization.pk)
    if not moments:
        return rows
    ends = rows.filter(moments).aggregate(first=Min("number"), last=Max("number"))
    return rows.filter(number__gte=ends["first"], number__lte=ends["last"]) if ends["first"] else rows.none()
