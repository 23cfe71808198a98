"""The groups of one person, ticked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.generic import TemplateView

from organizations import policies
from organizations.actions.arranging import arrange_groups
from organizations.actions.outcome import Outcome
from organizations.models import Group, GroupPlace
from organizations.policies import Decision
from organizations.views.people.base import PersonMixin
from organizations.views.people.places import known_to
from organizations.visible_groups import visible_groups

ROWS = 60
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Row:
    """A group, the person's place there (None where they have none), and whether that may be turned round."""

    group: Group
    place: GroupPlace | None
    decision: Decision
    lowers: bool


class GroupsOfPersonView(PersonMixin, TemplateView):
    """Opens for whoever may change the people of some group; shows the groups that they may see."""

    permission = "groups.update"
    page_name = "the page that arranges the groups of a person"
    template_name = "organizations/person_groups.html"

    def has_permission(self) -> bool:
        return any(grant.partition("@")[0] == self.permission for grant in self.actor.grants)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self._rows()
        return super().get_context_data(
            rows=rows[:ROWS],
            more=len(rows) > ROWS,
            search=self.search,
            searchable=len(rows) > ROWS or bool(self.search),
            any_open=any(row.decision for row in rows[:ROWS]),
            is_active=self.person.is_active_at(self.now),
            groups_count=len(known_to(self.actor, list(self._places.values()))),
            sees_history=self.is_own or policies.holds(self.actor, "audit_log.read"),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        then, ticked = _ids(request.POST.getlist("then")), _ids(request.POST.getlist("group"))
        changed = {group.pk: group for group in self._groups.filter(pk__in=then ^ ticked).order_by("name")}
        try:
            outcome = arrange_groups(
                actor=self.actor,
                membership=self.person,
                into=[group for key, group in changed.items() if key in ticked],
                out_of=[group for key, group in changed.items() if key in then],
            )
        except ValidationError as gone:
            return self.back(gone.messages[0], messages.WARNING)
        for passed in outcome.passed_over:
            messages.warning(request, passed.reason)
        return self.back(self._said(outcome, ticked))

    @property
    def search(self) -> str:
        return self.request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]

    @property
    def _groups(self) -> Any:
        return visible_groups(self.organization, self.actor)

    @cached_property
    def _places(self) -> dict[UUID, GroupPlace]:
        return {place.group_id: place for place in self.person.group_places.select_related("group")}

    def _rows(self) -> list[Row]:
        """Those that the person belongs to first; one more than is shown where there are more."""
        found = self._groups.matching(self.search) if self.search else self._groups
        own = list(found.filter(pk__in=self._places).by_name()[: ROWS + 1])
        others = list(found.exclude(pk__in=self._places).by_name()[: ROWS + 1 - len(own)])
        return [self._row(group) for group in [*own, *others]]

    def _row(self, group: Group) -> Row:
        group.organization = self.organization
        place = self._places.get(group.pk)
        if place is None:
            return Row(group, None, policies.may_put_into_group(self.actor, group, self.person), False)
        lowers = place.curates and self._curates_once and self._is_curators_role
        decision = policies.may_take_out_of_group(self.actor, group, self.person, lowers=lowers)
        return Row(group, place, decision, lowers)

    @cached_property
    def _curates_once(self) -> bool:
        return sum(place.curates for place in self._places.values()) == 1

    @property
    def _is_curators_role(self) -> bool:
        """Whether the role came with curating, and goes with the last place that does."""
        role, rules = self.person.role, self.organization.rules
        came = role is not None and not role.is_custom and role.key == rules.curator_key
        return came and bool(rules.instead_of_key)

    def _said(self, outcome: Outcome[Group], ticked: set[UUID]) -> str:
        if not outcome.done:
            return "" if outcome.passed_over else "Nothing changed."
        into = [group.name for group in outcome.done if group.pk in ticked]
        out_of = [group.name for group in outcome.done if group.pk not in ticked]
        parts = [f"belongs to {_named(into)} now"] if into else []
        parts += [f"no longer belongs to {_named(out_of)}"] if out_of else []
        return format_html("<b>{}</b> {}.", self.person.label, ", and ".join(parts))


def _ids(typed: Iterable[str]) -> set[UUID]:
    """Those that are ids at all, no more than the page can show twice."""
    found = set()
    for text in list(typed)[: 2 * ROWS]:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _named(names: list[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
