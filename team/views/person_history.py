"""What changed about one person in this organization."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from audit.models import Event
from organizations.policies import holds
from team.event_pages import page_of
from team.person_items import arranges_groups
from team.views.person_base import AnyPersonMixin


class HistoryView(AnyPersonMixin, TemplateView):
    """Everyone reads their own; where a change came from is for those who read the whole log."""

    permission = "audit_log.read"
    page_name = "the history of another person"
    template_name = "team/person_history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = Event.objects.filter(chain_id=self.organization.pk, target_id=self.person.user_id)
        return super().get_context_data(
            person=self.person,
            own=self.is_own,
            is_active=self.person.is_active_at(self.now),
            page=page_of(about, self.request.GET),
            zone=timezone.get_current_timezone_name(),
            shows_origin=holds(self.actor, "audit_log.read"),
            sees_members=holds(self.actor, "members.read"),
            arranges_groups=arranges_groups(self.actor),
            **kwargs,
        )
