"""Asking for more time, and giving it."""

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

from organizations import policies
from organizations.actions.extending import ask_for_more_time, grant, refuse
from organizations.forms.extending import GrantForm
from organizations.models import Extension, Group, Membership
from organizations.policies import Decision
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors
from organizations.visible_groups import visible_groups

GROUPS = 12


class AskView(OrganizationMixin, View):
    """The button with which a person asks; open to whose access has ended a short while ago, too."""

    permission = ""
    page_name = "the request for more time"
    open_to_deactivated = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ask_for_more_time(actor=self.actor, membership=self.membership)
        said = "You asked for more time in <b>{}</b>. Whoever may extend your access is told by mail."
        messages.success(request, format_html(said, self.organization))
        return redirect("team:overview", self.organization.slug)


class ExtensionView(OrganizationMixin, FormView[GrantForm]):
    """Who asks, and until when; one button grants, the other refuses."""

    permission = "members.update"
    section = "team:members"
    page_name = "the page that gives more time"
    template_name = "organizations/extension_detail.html"
    form_class = GrantForm

    @cached_property
    def extension(self) -> Extension:
        rows = self.organization.extensions.select_related("membership__role", "membership__user")
        found: Extension = get_object_or_404(rows, pk=self.kwargs["extension"])
        found.membership.organization = self.organization
        return found

    @property
    def person(self) -> Membership:
        return self.extension.membership

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"ends_at": self.person.ends_at}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("answer") != "refuse":
            return super().post(request, *args, **kwargs)
        try:
            refuse(actor=self.actor, membership=self.person, extension=self.extension)
        except ValidationError as mistakes:
            return self._answered_meanwhile(mistakes)
        said = "<b>{}</b> gets no more time in {} and is told by mail."
        messages.success(request, format_html(said, self.person.label, self.organization))
        return redirect(self._back_url)

    def form_valid(self, form: GrantForm) -> HttpResponse:
        try:
            grant(
                actor=self.actor,
                membership=self.person,
                extension=self.extension,
                ends_at=form.cleaned_data["ends_at"],
            )
        except ValidationError as mistakes:
            if getattr(mistakes, "code", "") in ("answered", "gone"):
                return self._answered_meanwhile(mistakes)
            add_errors(form, mistakes)
            return self.form_invalid(form)
        said = "<b>{}</b> has more time in {} and is told by mail."
        messages.success(self.request, format_html(said, self.person.label, self.organization))
        return redirect(self._back_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = list(self._groups()[: GROUPS + 1])
        return super().get_context_data(
            extension=self.extension,
            person=self.person,
            allowed=self._allowed(),
            is_active=self.person.is_active_at(self.now),
            groups=groups[:GROUPS],
            more_groups=len(groups) > GROUPS,
            sees_members=policies.holds(self.actor, "members.read"),
            back_url=self._back_url,
            **kwargs,
        )

    def _allowed(self) -> Decision:
        return policies.may_answer_extension(self.actor, self.person) and policies.is_unanswered(
            self.extension, self.person
        )

    def _groups(self) -> Any:
        """Those that the reader may know of."""
        seen = visible_groups(self.organization, self.actor)
        return Group.objects.filter(pk__in=seen.values("pk"), places__membership=self.person).order_by("name")

    def _answered_meanwhile(self, mistakes: ValidationError) -> HttpResponse:
        messages.warning(self.request, " ".join(mistakes.messages))
        return redirect(self.request.path)

    @property
    def _back_url(self) -> str:
        if policies.holds(self.actor, "members.read"):
            return reverse("team:person", args=[self.organization.slug, self.person.pk])
        return reverse("team:overview", args=[self.organization.slug])
