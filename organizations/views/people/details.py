"""What the organization keeps about a person: the name shown here, title and phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.html import format_html
from django.views.generic import FormView

from organizations import policies
from organizations.actions.details import edit_details
from organizations.forms.details import DetailsForm
from organizations.models import Membership
from organizations.views.errors import add_errors
from organizations.views.people.base import OwnOrUpdateMixin


class EditDetailsView(OwnOrUpdateMixin, FormView[DetailsForm]):
    """Everyone edits their own; others those who may change members."""

    page_name = "the page that edits contact details"
    template_name = "organizations/person_edit.html"
    form_class = DetailsForm

    def get_form_kwargs(self) -> dict[str, Any]:
        # The form writes what was typed into its row: one of its own, so that the page shows the person as they are.
        row = Membership.objects.get(pk=self.person.pk)
        return super().get_form_kwargs() | {"instance": row, "account_name": self.person.user.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            allowed=policies.may_edit_details(self.actor, self.person),
            is_active=self.person.is_active_at(self.now),
            **kwargs,
        )

    def form_valid(self, form: DetailsForm) -> HttpResponse:
        typed = {name: form.cleaned_data[name] for name in ("own_name", "job_title", "phone")}
        try:
            person = edit_details(actor=self.actor, membership=self.person, **typed)
        except ValidationError as mistakes:
            if getattr(mistakes, "code", "") == "gone":
                messages.warning(self.request, mistakes.messages[0])
                return self.back()
            add_errors(form, mistakes)
            return self.form_invalid(form)
        return self.back(format_html("The contact details of <b>{}</b> are saved.", person.label))
