"""What people were refused in an organization for lack of permission, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.devices import device
from audit.models import Refused
from audit.refusing import MORE
from organizations.views.base import OrganizationMixin

ROWS = 40


@dataclass(frozen=True)
class Line:
    """One refusal as the page shows it. `what`: in words; `permission` where it is one."""

    row: Refused
    what: str
    permission: str
    device: str


class RefusedView(OrganizationMixin, TemplateView):
    permission = "audit_log.read"
    section = "team:audit"
    page_name = "what was refused"
    template_name = "team/refused.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Refused.objects.filter(chain_id=self.organization.pk).order_by("-id")
        before = _place(self.request.GET.get("before", ""))
        found = list((rows.filter(pk__lt=before) if before else rows)[: ROWS + 1])
        page = found[:ROWS]
        lines = [_line(row) for row in page]
        return super().get_context_data(
            days=[(day, list(some)) for day, some in groupby(lines, key=_day)],
            next_page=page[-1].pk if len(found) > ROWS else None,
            is_first_page=before is None,
            days_kept=settings.REFUSALS["days"],
            zone=timezone.get_current_timezone_name(),
            **kwargs,
        )


def _line(row: Refused) -> Line:
    agent = device(row.user_agent) if row.user_agent else ""
    if row.what == MORE:
        return Line(row, "Much else", "", agent)
    is_permission = "." in row.what
    return Line(
        row,
        "A page or button" if is_permission else row.what.replace("_", " ").capitalize(),
        row.what if is_permission else "",
        agent,
    )


def _day(line: Line) -> date:
    return timezone.localdate(line.row.at)


def _place(typed: str) -> UUID | None:
    """The refusal before which the page begins; what names none is the beginning."""
    try:
        return UUID(typed)
    except ValueError:
        return None
