"""What happened in an organization, as sentences, newest first."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from audit.models import Event
from organizations.views.base import OrganizationMixin
from team.event_pages import page_of
from team.proof import proof_of


class AuditView(OrganizationMixin, TemplateView):
    permission = "audit_log.read"
    section = "team:audit"
    page_name = "the audit log"
    template_name = "team/audit.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            page=page_of(Event.objects.filter(chain_id=self.organization.pk), self.request.GET),
            proof=proof_of(self.organization),
            zone=timezone.get_current_timezone_name(),
            **kwargs,
        )
