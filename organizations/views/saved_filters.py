"""The filters of the members table that a person keeps for themself."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, View

from organizations.actions.saved_filters import delete_filter, save_filter
from organizations.forms.saved_filters import SaveFilterForm
from organizations.member_filters import Filters
from organizations.models import SavedFilter
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors


class SavedFiltersView(OrganizationMixin, FormView[SaveFilterForm]):
    """All of one's own, and a name for the filters that `query` says; for the menu in the table, the menu alone."""

    permission = "members.read"
    section = "team:members"
    page_name = "the saved filters"
    form_class = SaveFilterForm

    def get_template_names(self) -> list[str]:
        menu = self.request.method == "GET" and self.request.headers.get("HX-Request")
        return [f"organizations/{'saved_filters' if menu else 'saved_filter_list'}.html"]

    def get_initial(self) -> dict[str, Any]:
        return {"query": self.filters.query()}

    @cached_property
    def filters(self) -> Filters:
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        return Filters.parse(asked.get("query", "")[:2000], self.organization, self.actor)

    def form_valid(self, form: SaveFilterForm) -> HttpResponse:
        try:
            kept = save_filter(
                actor=self.actor,
                membership=self.membership,
                name=form.cleaned_data["name"],
                query=self.filters.query(),
            )
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(self.request, format_html("<b>{}</b> is saved. Only you see it.", kept.name))
        return redirect(f"{reverse('team:members', args=[self.organization.slug])}?{kept.query}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            saved_filters=list(self.membership.saved_filters.all()),
            query=self.filters.query(),
            words=[said for _, said in self.filters.in_words()],
            back_url=f"{reverse('team:members', args=[self.organization.slug])}?{self.filters.query()}",
            **kwargs,
        )


class DeleteFilterView(OrganizationMixin, View):
    """The button that deletes one of one's own; it leads back to the others, where there are some."""

    permission = "members.read"
    page_name = "the saved filters"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found: SavedFilter = get_object_or_404(self.membership.saved_filters, pk=self.kwargs["filter"])
        delete_filter(actor=self.actor, membership=self.membership, saved_filter=found)
        messages.success(request, format_html("<b>{}</b> is deleted.", found.name))
        if self.membership.saved_filters.exists():
            return redirect("organizations:saved_filters", self.organization.slug)
        query = Filters.parse(request.POST.get("query", "")[:2000], self.organization, self.actor).query()
        return redirect(f"{reverse('team:members', args=[self.organization.slug])}{'?' if query else ''}{query}")
