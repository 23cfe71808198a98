"""Domains that are the organization's own: named, checked, taken off; and whose addresses may belong."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, TemplateView, View

from organizations.actions.domains import add_domain, remove_domain, restrict_domains
from organizations.actions.proving import ask_for_check
from organizations.forms.domains import AddDomainForm, RestrictForm
from organizations.models import Domain
from organizations.policies import holds
from organizations.views.base import OrganizationMixin


class DomainMixin(OrganizationMixin):
    kwargs: dict[str, Any]
    section = "organizations:settings"

    @cached_property
    def domain(self) -> Domain:
        found: Domain = get_object_or_404(self.organization.domains, pk=self.kwargs["domain"])
        found.organization = self.organization
        return found

    @property
    def sees_joining(self) -> bool:
        return bool(holds(self.actor, "organization.update"))

    @property
    def back_url(self) -> str:
        """To the settings of joining; to the overview for whoever does not open these."""
        return reverse("invitations:joining" if self.sees_joining else "team:overview", args=[self.organization.slug])


class DomainView(DomainMixin, TemplateView):
    """How its proof stands, and the record that it needs."""

    permission = "domains.read"
    page_name = "the page of a domain"
    template_name = "organizations/domain_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "domain": self.domain,
            "checking": self.domain.is_checking_at(self.now),
            "may_check": holds(self.actor, "domains.update"),
            "may_remove": holds(self.actor, "domains.delete"),
            "back_url": self.back_url,
            "sees_joining": self.sees_joining,
        }


class AddDomainView(DomainMixin, FormView[AddDomainForm]):
    permission = "domains.create"
    page_name = "the page that adds a domain"
    template_name = "organizations/domain_add.html"
    form_class = AddDomainForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(back_url=self.back_url, sees_joining=self.sees_joining, **kwargs)

    def form_valid(self, form: AddDomainForm) -> HttpResponse:
        try:
            domain = add_domain(actor=self.actor, organization=self.organization, name=form.cleaned_data["name"])
        except ValidationError as mistakes:
            form.add_error("name", mistakes)
            return self.form_invalid(form)
        said = "<b>{}</b> stands on the list. Set its record, then check it."
        messages.success(self.request, format_html(said, domain))
        return redirect("organizations:domain", self.organization.slug, domain.pk)


class CheckDomainView(DomainMixin, View):
    """The button that has DNS asked."""

    permission = "domains.update"
    page_name = "the button that checks a domain"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            ask_for_check(actor=self.actor, domain=self.domain)
        except ValidationError as gone:
            messages.warning(request, gone.messages[0])
        else:
            said = "DNS is asked about <b>{}</b>. Look again in a few seconds."
            messages.success(request, format_html(said, self.domain))
        return redirect("organizations:domain", self.organization.slug, self.domain.pk)


class RemoveDomainView(DomainMixin, TemplateView):
    """Says what goes with the domain, and then takes it off the list."""

    permission = "domains.delete"
    page_name = "the page that takes a domain off the list"
    template_name = "organizations/domain_remove.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        domain, organization = self.domain, self.organization
        proof = (
            {"icon": "at", "bad": True, "text": "Its proof ends: nobody joins by it any more."}
            if domain.is_proven
            else {"icon": "at", "text": "It is not proven, so nothing else changes."}
        )
        return super().get_context_data(
            title=f"Take {domain} off the list?",
            text=f"{domain} is named as a domain of {organization}.",
            consequences=[proof, {"icon": "users", "text": "Whoever has joined by it stays."}],
            verb=f"Take {domain} off",
            action=self.request.path,
            cancel_url=self.back_url,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if remove_domain(actor=self.actor, domain=self.domain):
            messages.success(request, format_html("<b>{}</b> is off the list.", self.domain.name))
        return redirect(self.back_url)


class RestrictView(DomainMixin, FormView[RestrictForm]):
    """Whose addresses may be invited and may join."""

    permission = "domains.update"
    page_name = "the page that restricts domains"
    template_name = "organizations/domains_restrict.html"
    form_class = RestrictForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organization": self.organization}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(back_url=self.back_url, sees_joining=self.sees_joining, **kwargs)

    def form_valid(self, form: RestrictForm) -> HttpResponse:
        domains = form.cleaned_data["domains"]
        try:
            restrict_domains(actor=self.actor, organization=self.organization, domains=domains)
        except ValidationError as mistakes:
            form.add_error("domains", mistakes)
            return self.form_invalid(form)
        said = (
            "Only addresses of these domains are invited to <b>{}</b> and join it now."
            if domains
            else "Addresses of any domain may be invited to <b>{}</b> and join it now."
        )
        messages.success(self.request, format_html(said, self.organization))
        return redirect(self.back_url)
