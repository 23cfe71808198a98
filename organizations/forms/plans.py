"""The form that asks those who run Roster for a larger plan."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from organizations.models import Organization

MOST = 1_000_000
_MISTAKES = {
    "invalid": "Type a whole number.",
    "min_value": "Type a number from 1.",
    "max_value": f"Type a number up to {MOST:,}.",
}


class LargerPlanForm(forms.Form):
    """Asks for what has a limit; the other field is left out."""

    seats = forms.IntegerField(
        label="Seats in all", required=False, min_value=1, max_value=MOST, error_messages=_MISTAKES
    )
    addresses = forms.IntegerField(
        label="Addresses to invite in all", required=False, min_value=1, max_value=MOST, error_messages=_MISTAKES
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if organization.seat_limit is None:
            del self.fields["seats"]
        if organization.trial_cap is None:
            del self.fields["addresses"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*(Field(name, wrapper_class="narrow") for name in self.fields))
