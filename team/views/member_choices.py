"""What one filter of the members table offers."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.views.generic import TemplateView

from organizations.member_filters import Filters
from organizations.views.base import OrganizationMixin
from team.members.chips import LABELS, choices


class MemberChoicesView(OrganizationMixin, TemplateView):
    """The part of a menu that is fetched when it opens; a page of its own without scripts."""

    permission = "members.read"
    section = "team:members"
    page_name = "the members"

    def get_template_names(self) -> list[str]:
        part = "#choices" if self.request.headers.get("HX-Request") else ""
        return [f"team/member_choices.html{part}"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = self.kwargs["name"]
        if name not in LABELS:
            raise Http404
        filters = Filters.read(self.request.GET, self.organization, self.actor)
        order = self.request.GET.get("order", "")
        return super().get_context_data(
            label=LABELS[name], sections=choices(name, filters, self.organization, self.actor, order), **kwargs
        )
