"""The audit log as a file: CSV to read, JSON Lines to prove."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.generic import View

from audit.exporting import Export, json_lines
from organizations.actions.exporting import note_log_export
from organizations.views.base import OrganizationMixin
from team.audit_export.asked import FORMATS, read
from team.audit_export.spreadsheet import csv_of, said

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


class AuditExportView(OrganizationMixin, View):
    """All events of the organization, or those that the address asks for; streamed, and told of in the log itself."""

    permission = "audit_log.read"
    page_name = "the file of the audit log"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        organization = self.organization
        try:
            asked = read(request.GET, organization)
        except ValidationError as mistake:
            return HttpResponse(" ".join(mistake.messages), status=400, content_type="text/plain; charset=utf-8")
        form = asked.form
        note_log_export(actor=self.actor, organization=organization, filters=asked.words, file_type=FORMATS[form])
        export = Export(
            chain=organization.pk,
            rows=asked.rows,
            is_complete=asked.is_complete,
            about={"id": organization.pk, "slug": organization.slug, "name": organization.name},
            filter=asked.filter,
            at=self.now,
        )
        lines = csv_of(export) if form == "csv" else json_lines(export, said)
        response = StreamingHttpResponse(lines, content_type=TYPES[form])
        name = f"{organization.slug}-audit-{timezone.localdate().isoformat()}.{form}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
