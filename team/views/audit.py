"""What happened in an organization, as sentences, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from audit.models import Event
from organizations.views.base import OrganizationMixin
from team.sentences import differences, icon, sentence

ROWS = 40


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    event: Event
    said: str
    icon: str
    differences: list[tuple[str, Any, Any]]


class AuditView(OrganizationMixin, TemplateView):
    permission = "audit_log.read"
    section = "team:audit"
    page_name = "the audit log"
    template_name = "team/audit.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Event.objects.filter(chain_id=self.organization.pk).order_by("-number")
        if place := self._place():
            rows = rows.filter(number__lt=place)
        found = list(rows[: ROWS + 1])
        page = found[:ROWS]
        lines = [Line(event, sentence(event), icon(event), differences(event)) for event in page]
        return super().get_context_data(
            days=[
                (day, list(some)) for day, some in groupby(lines, key=lambda line: timezone.localdate(line.event.at))
            ],
            next_page=page[-1].number if len(found) > ROWS else None,
            is_first_page=place is None,
            zone=timezone.get_current_timezone_name(),
            **kwargs,
        )

    def _place(self) -> int | None:
        """The number before which the page begins; one that is none is the beginning."""
        typed = self.request.GET.get("before", "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
