"""What changed about one role and one group: for those who read the log."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from audit.models import Event
from organizations import events
from organizations.policies import holds
from organizations.views.groups import GroupMixin
from organizations.views.roles.base import RoleMixin
from team.event_pages import page_of
from team.log.finding import Sought
from team.log.spans import Span

_PLACES = (
    events.GROUP_JOINED, events.GROUP_LEFT, events.PLACE_ENDED, events.CURATOR_MADE, events.CURATOR_UNMADE,
)  # fmt: skip
_MOST_NAMES = 100  # so many renames are told apart; SQLite takes no condition of any length


class RoleHistoryView(RoleMixin, TemplateView):
    permission = "audit_log.read"
    page_name = "the history of a role"
    template_name = "team/thing_history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("organizations:role", args=[self.organization.slug, self.role.pk])
        return super().get_context_data(
            label=self.role.label,
            back=back if holds(self.actor, "roles.read") else "",
            page=page_of(Sought(self.organization.pk, ((Q(target_id=self.role.pk),),)), self.request.GET),
            zone=timezone.get_current_timezone_name(),
            log=reverse("team:audit", args=[self.organization.slug]),
            **kwargs,
        )


class GroupHistoryView(GroupMixin, TemplateView):
    """Its own events, and who came and went: these are about people, and name the group as it was called then."""

    page_name = "the history of a group"
    template_name = "team/thing_history.html"

    def has_permission(self) -> bool:
        return super().has_permission() and bool(holds(self.actor, "audit_log.read"))

    @property
    def missing(self) -> str:
        return "audit_log.read" if holds(self.actor, "groups.read", self.group) else super().missing

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            label=self.group.name,
            back=reverse("organizations:group", args=[self.organization.slug, self.group.pk]),
            page=page_of(self._sought(), self.request.GET),
            zone=timezone.get_current_timezone_name(),
            log=reverse("team:audit", args=[self.organization.slug]),
            **kwargs,
        )

    def _sought(self) -> Sought:
        own = Q(target_id=self.group.pk)
        told = Event.objects.filter(own, chain_id=self.organization.pk).order_by("number")
        rows = list(told.values_list("number", "action", "before", "after"))
        began = next((number for number, action, *_ in rows if action == events.GROUP_CREATED.action), 1)
        since, named = began, Q()
        changes = ((number, before.get("name"), after.get("name")) for number, _, before, after in rows)
        renamed = [(number, str(name)) for number, name, new in changes if name is not None and name != new]
        # Until then it was called so: another group may have had the name before, or may have it now.
        for number, name in renamed[-_MOST_NAMES:]:
            named |= _naming(name) & Q(number__gte=since, number__lt=number)
            since = number
        named |= _naming(self.group.name) & Q(number__gte=since)
        way = (own, *(Q(action=kind.action) for kind in _PLACES))
        return Sought(self.organization.pk, (way,), own | named, Span(above=began - 1))


def _naming(group: str) -> Q:
    return Q(before__group=group) | Q(after__group=group)
