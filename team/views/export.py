"""The members as a file for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.generic import View

from organizations.actions.exporting import note_export
from organizations.cells import line_of
from organizations.member_filters import Filters
from organizations.views.base import OrganizationMixin
from team.export.copying import copied
from team.export.people import HEADER, Export
from team.export.writing import written_out

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it, Excel reads names in the code page of the machine


class ExportView(OrganizationMixin, View):
    """All members, or those whom the filters of the table leave, as they stand now; streamed."""

    permission = "members.read"
    page_name = "the file of the members"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        filters = Filters.read(request.GET, self.organization, self.actor)
        said = ", ".join(words for _, words in filters.in_words())
        note_export(actor=self.actor, organization=self.organization, filters=said or "everyone")
        lines = file_of(Export(self.organization, self.actor, filters, self.now, timezone.get_current_timezone()))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"{self.organization.slug}-members-{timezone.localdate().isoformat()}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def file_of(export: Export) -> Iterator[bytes]:
    """The whole file, in blocks."""
    yield BYTE_ORDER_MARK + line_of(HEADER).encode()
    yield from copied(export) if connection.vendor == "postgresql" else written_out(export)
