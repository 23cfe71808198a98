"""Whether the audit log is whole, and its signed head to be noted elsewhere."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from organizations.views.base import OrganizationMixin
from team.proof import proof_of


class ProofView(OrganizationMixin, TemplateView):
    permission = "audit_log.read"
    section = "team:audit"
    page_name = "the proof of the audit log"
    template_name = "team/audit_proof.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            proof=proof_of(self.organization),
            command=f"manage.py audit_verify --organization {self.organization.slug}",
            **kwargs,
        )
