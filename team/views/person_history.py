"""What was done with one person's membership, and by whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from organizations.policies import holds
from team.event_pages import page_of
from team.log.finding import Sought
from team.person_items import arranges_groups
from team.views.person_base import AnyPersonMixin

# Why something was done may name roles and groups that the person does not see.
UNTOLD_TO_ONESELF = frozenset({"reason"})


class HistoryView(AnyPersonMixin, TemplateView):
    """Every member reads their own, without a role too, and after their access has ended.

    Where a change came from is for those who read the log.
    """

    permission = "audit_log.read"
    page_name = "the history of another person"
    template_name = "team/person_history.html"

    def opens_though_closed(self) -> bool:
        """One's own, once access has ended; a second factor that everything waits for, it waits for too."""
        has_ended = not self.membership.is_active_at(self.now)
        return self.is_own and has_ended and self.membership.meets_two_factor

    def has_permission(self) -> bool:
        return self.is_own or bool(holds(self.actor, self.permission))

    @property
    def missing(self) -> str:
        return self.permission

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads_log = bool(holds(self.actor, "audit_log.read"))
        sought = Sought(self.organization.pk, ((Q(target_id=self.person.user_id),),))
        return super().get_context_data(
            person=self.person,
            own=self.is_own,
            own_page=self.is_own and bool(holds(self.actor, "organization.read")),
            is_active=self.person.is_active_at(self.now),
            page=page_of(sought, self.request.GET, untold=() if reads_log else UNTOLD_TO_ONESELF),
            zone=timezone.get_current_timezone_name(),
            log=reverse("team:audit", args=[self.organization.slug]) if reads_log else "",
            sees_members=holds(self.actor, "members.read"),
            arranges_groups=arranges_groups(self.actor),
            **kwargs,
        )
