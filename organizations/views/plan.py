"""What the organization may use, and asking for more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.generic import FormView

from organizations import policies
from organizations.actions.plans import ask_for_larger_plan
from organizations.forms.plans import LargerPlanForm
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors


class PlanView(OrganizationMixin, FormView[LargerPlanForm]):
    """Seats and addresses: what there is, what is taken, what is free."""

    permission = "organization.update"
    section = "organizations:settings"
    page_name = "the plan"
    template_name = "organizations/plan.html"
    form_class = LargerPlanForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organization": self.organization}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization = self.organization
        limit, taken = organization.seat_limit, organization.seats_taken
        return super().get_context_data(
            free=organization.seats_free,
            over=max(0, taken - limit) if limit is not None else 0,
            may_ask=policies.may_ask_for_larger_plan(organization, 1, 1, self.now),
            **kwargs,
        )

    def form_valid(self, form: LargerPlanForm) -> HttpResponse:
        wanted = {name: form.cleaned_data.get(name) for name in ("seats", "addresses")}
        try:
            ask_for_larger_plan(actor=self.actor, organization=self.organization, **wanted)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(self.request, "Those who run Roster are asked by mail, and answer you there.")
        return redirect(self.request.path)
