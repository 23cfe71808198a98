"""What happened in an organization, as sentences, newest first, narrowed by what the URL says."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.views.generic import TemplateView

from organizations.views.base import OrganizationMixin
from team.event_pages import page_of
from team.log.chips import LABELS, chips, choices, names_of, typed
from team.log.filters import Filters
from team.proof import proof_of


class LogMixin(OrganizationMixin):
    permission = "audit_log.read"
    section = "team:audit"
    page_name = "the audit log"

    @cached_property
    def filters(self) -> Filters:
        return Filters.read(self.request.GET, self.organization)


class AuditView(LogMixin, TemplateView):
    template_name = "team/audit.html"

    def get_template_names(self) -> list[str]:
        asked = self.request.headers.get("HX-Target") == "log"
        return [f"{self.template_name}#log" if asked else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = self.filters
        sought = None if filters.mistakes else filters.sought(self.organization)
        shown = chips(filters)
        return super().get_context_data(
            proof=proof_of(self.organization),
            filters=filters,
            chips=shown,
            on_count=sum(chip.off is not None for chip in shown),
            is_narrowed=bool(filters.on or filters.mistakes),
            rest=filters.without("q"),
            page=page_of(sought, self.request.GET, kept=filters.pairs),
            zone=timezone.get_current_timezone_name(),
            **kwargs,
        )


class LogChoicesView(LogMixin, TemplateView):
    """What one filter offers: the part of a menu, fetched when it opens; a page of its own without scripts."""

    def get_template_names(self) -> list[str]:
        part = "#choices" if self.request.headers.get("HX-Request") else ""
        return [f"team/audit_choices.html{part}"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = self.kwargs["name"]
        if name not in LABELS:
            raise Http404
        filters = self.filters
        return super().get_context_data(
            label=LABELS[name],
            sections=choices(name, filters, self.actor),
            fields=typed(name, filters),
            rest=filters.without(*names_of(name)),
            **kwargs,
        )
