"""How staff look through millions of rows: nothing on these pages reads more of them than it says.

Ids grow with time, so that "since" is a range of the primary key; there is no drill-down by date, which would look at
every row for the days that there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.contrib.admin import ShowFacets, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.views import ChangeList as UnfoldChangeList

from audit.events import event_kinds
from audit.models import Chain, Event
from audit.naming import names_of

NEWEST = 200_000
MOST_COUNTED = 10_000
_SPANS = {"day": 1, "week": 7, "month": 30, "year": 365}


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and turns pages as far as ten thousand rows; further down one comes by filtering."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return rows[:MOST_COUNTED].count()


class WhenFilter(SimpleListFilter):
    """Unless told otherwise it leaves the newest rows, which bounds what every other filter and the search look at."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("day", "Past 24 hours"),
            ("week", "Past 7 days"),
            ("month", "Past 30 days"),
            ("year", "Past 365 days"),
            ("ever", "Any time (slow)"),
        ]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *rest = super().choices(changelist)
        yield first | {"display": f"The newest {NEWEST:,}"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if self.value() in _SPANS:
            return queryset.filter(pk__gte=first_id(timedelta(days=_SPANS[str(self.value())])))
        if self.value() == "ever" or chain_in(request.GET.get("q", "")):
            return queryset
        oldest = queryset.model._default_manager.order_by("-pk").values_list("pk", flat=True)[NEWEST : NEWEST + 1]
        return queryset.filter(pk__gt=oldest[0]) if oldest else queryset


class EntityFilter(SimpleListFilter):
    """What can happen is known from the catalogue; the rows are not asked."""

    title = "entity"
    parameter_name = "entity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        entities = sorted({kind.entity for kind in event_kinds()})
        return [(entity, entity.replace("_", " ").capitalize()) for entity in entities]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(entity=self.value()) if self.value() else queryset


class NamingChangeList(UnfoldChangeList):  # type: ignore[misc]
    """Knows what the organizations and accounts on the page are called; newest first, whatever the address asks."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Model]) -> list[str]:
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)  # type: ignore[has-type]
        self.result_list = rows
        names = names_of({row.chain_id for row in rows})
        for row in rows:
            row.chain_name = names.get(row.chain_id)


class InChains:
    """For the admin of rows that belong to a chain, however many there are."""

    paginator = BoundedPaginator
    show_facets = ShowFacets.NEVER
    sortable_by: tuple[str, ...] = ()
    ordering = ("-id",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamingChangeList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """The id of an organization or account finds all its rows, by index; anything else among the filtered."""
        if chain := chain_in(search_term):
            return queryset.filter(chain_id=chain), False
        found: tuple[Any, bool] = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        return found


def first_id(ago: timedelta) -> UUID:
    """The smallest id that a row of that moment can have."""
    milliseconds = int((timezone.now() - ago).timestamp() * 1000)
    return UUID(int=milliseconds << 80)


def chain_in(term: str) -> UUID | None:
    """The chain whose id this is."""
    try:
        wanted = UUID(term.strip())
    except ValueError:
        return None
    return wanted if Chain.objects.filter(pk=wanted).exists() else None


def changes_of(event: Event) -> list[tuple[str, Any, Any]]:
    """Field, before and after, as somebody reads them."""
    names = dict.fromkeys([*event.before, *event.after])
    return [(name, _said(event.before.get(name, "")), _said(event.after.get(name, ""))) for name in names]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
