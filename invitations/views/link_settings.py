"""Links to join: making one, showing its address to pass on, taking it back."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from invitations import policies
from invitations.actions.join_links import make_link, revoke_link
from invitations.actions.openers import opener_of
from invitations.forms.joining import LinkForm
from invitations.join_links import address_of
from invitations.models import JoinLink
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors


class LinkMixin(OrganizationMixin):
    kwargs: dict[str, Any]
    section = "organizations:settings"

    @cached_property
    def link(self) -> JoinLink:
        rows = self.organization.join_links.select_related("role")
        found: JoinLink = get_object_or_404(rows, pk=self.kwargs["link"])
        found.organization = self.organization
        return found

    @property
    def sees_joining(self) -> bool:
        return bool(holds(self.actor, "organization.update"))

    @property
    def back_url(self) -> str:
        """To the settings of joining; to the overview for whoever does not open these."""
        return reverse("invitations:joining" if self.sees_joining else "team:overview", args=[self.organization.slug])


class MakeLinkView(LinkMixin, FormView[LinkForm]):
    """A role, for how many, until when."""

    permission = "invitations.create"
    page_name = "the page that makes a link to join"
    template_name = "invitations/link_create.html"
    form_class = LinkForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organization": self.organization, "actor": self.actor, "held": None}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(back_url=self.back_url, sees_joining=self.sees_joining, **kwargs)

    def form_valid(self, form: LinkForm) -> HttpResponse:
        try:
            link = make_link(actor=self.actor, organization=self.organization, **form.cleaned_data)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(self.request, "The link is made. Pass it on to those who are to join.")
        return redirect("invitations:link", self.organization.slug, link.pk)


class LinkView(LinkMixin, TemplateView):
    """Its address, for whoever may give its role: with it one joins."""

    permission = "invitations.create"
    page_name = "the page of a link to join"
    template_name = "invitations/link_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        link = self.link
        may_pass_on = policies.may_let_in(self.actor, self.organization, link.role)
        leads = policies.link_is_open(link, self.now) and policies.stands(link, opener_of(link))
        return super().get_context_data(**kwargs) | {
            "link": link,
            "leads": leads,
            "may_pass_on": may_pass_on,
            "may_revoke": policies.may_revoke_link(self.actor),
            "address": address_of(link) if leads and may_pass_on else "",
            "back_url": self.back_url,
            "sees_joining": self.sees_joining,
        }


class RevokeLinkView(LinkMixin, TemplateView):
    """Asks once more before a link leads nowhere."""

    permission = "invitations.delete"
    page_name = "the page that revokes a link to join"
    template_name = "invitations/link_revoke.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        link = self.link
        used = "Nobody has joined with it."
        if link.used:
            people, stay = ("person has", "stays") if link.used == 1 else ("people have", "stay")
            used = f"{link.used:,} {people} joined with it, and {stay}."
        return super().get_context_data(
            title=f"Revoke the link to join {self.organization} as {link.role}?",
            text="Whoever opens it from now on reads that it was taken back.",
            consequences=[
                {"icon": "users", "text": used},
                {"icon": "alert-triangle", "bad": True, "text": "You cannot undo this. You can make another link."},
            ],
            verb="Revoke the link",
            action=self.request.path,
            cancel_url=self.back_url,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if revoke_link(actor=self.actor, link=self.link):
            messages.success(request, "The link is revoked and leads nowhere.")
        return redirect(self.back_url)
