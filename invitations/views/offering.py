"""Inviting people: a few at once, or a list that is looked at before it is sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.views.generic import FormView

from invitations.actions.offering import invite_each
from invitations.bulk.lists import make_list
from invitations.bulk.reading import ReadRow
from invitations.forms.offering import DETAILS, InviteForm, says_nothing_else
from invitations.models import Invitation
from invitations.offers import Offer
from invitations.views.onward import onward
from organizations.models import Organization
from organizations.policies import may_change_settings
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors

FEW = 20  # so many one looks through while typing; more are shown once more before they are sent


class InviteView(OrganizationMixin, FormView[InviteForm]):
    """Few people who can all be invited are invited at once; else nothing is sent until the list was looked at."""

    permission = "invitations.create"
    section = "invitations:list"
    page_name = "the page that invites people"
    template_name = "invitations/invitation_create.html"
    form_class = InviteForm

    def get_form_kwargs(self) -> dict[str, Any]:
        more = {"organization": self.organization, "actor": self.actor, "now": self.now}
        return super().get_form_kwargs() | more

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_ask_for_more=may_change_settings(self.actor), **kwargs)

    def form_valid(self, form: InviteForm) -> HttpResponse:
        rows: list[ReadRow] = form.cleaned_data["rows"]
        try:
            if len(rows) <= FEW and not form.cleaned_data["file"] and all(says_nothing_else(row) for row in rows):
                return self._invite(form, rows)
            return self._make_list(form, rows)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)

    def _invite(self, form: InviteForm, rows: list[ReadRow]) -> HttpResponse:
        wanted = form.cleaned_data
        shared = {"access_ends_at": wanted["access_ends_at"], "groups": tuple(wanted["groups"])}
        shared |= {name: wanted[name] for name in DETAILS}
        offers = [Offer(row.address, wanted["role"], **shared) for row in rows]
        try:
            outcome = invite_each(
                actor=self.actor,
                organization=self.organization,
                offers=offers,
                days=wanted["days"],
                note=wanted["note"],
                whole=len(rows) > 1,
            )
        except ValidationError as refusal:
            if getattr(refusal, "code", "") == "not_all":
                return self._make_list(form, rows)
            raise
        if outcome.passed_over:
            form.add_error("addresses", outcome.passed_over[0].reason)
            return self.form_invalid(form)
        messages.success(self.request, _sent(outcome.done, self.organization))
        return onward(self)

    def _make_list(self, form: InviteForm, rows: list[ReadRow]) -> HttpResponse:
        wanted = form.cleaned_data
        made = make_list(
            actor=self.actor,
            user=self.membership.user,
            organization=self.organization,
            rows=rows,
            role=wanted["role"],
            days=wanted["days"],
            groups=wanted["groups"],
            access_ends_at=wanted["access_ends_at"],
            note=wanted["note"],
            name=wanted["file"].name if wanted["file"] else "",
        )
        return redirect("invitations:invite_list", self.organization.slug, made.pk)


def _sent(invitations: list[Invitation], organization: Organization) -> str:
    if len(invitations) == 1:
        return format_html("<b>{}</b> is invited to {}. The mail is on its way.", invitations[0].email, organization)
    return format_html(
        "<b>{} people</b> are invited to {}. The mails are on their way.", len(invitations), organization
    )
