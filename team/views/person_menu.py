"""The menus of the rows of the members table, loaded when they are opened."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.views.generic import TemplateView

from organizations.models import Organization
from team.person_items import About, items_of_row, once
from team.views.person_base import AnyPersonMixin


class PersonMenuView(AnyPersonMixin, TemplateView):
    page_name = "what can be done about a person"
    template_name = "team/menu_items.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = About(
            self.actor,
            self.person,
            self.now,
            self.other_owners,
            list(self.person.group_places.select_related("group")),
            table=table_left(self.request, self.organization),
        )
        return super().get_context_data(items=once(items_of_row(about)), **kwargs)


def table_left(request: HttpRequest, organization: Organization) -> str:
    """The page of the members table in which the menu was opened, as htmx says; '' where it was another page."""
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL", "")[:2_000])
    except ValueError:  # no address at all
        return ""
    table = reverse("team:members", args=[organization.slug])
    if parts.path != table or not parts.query:
        return ""
    return f"{table}?{parts.query}"
