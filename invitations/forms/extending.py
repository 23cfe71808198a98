"""For how much longer offers stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

LENGTHS = (3, 7, 14, 30)


class ExtendForm(forms.Form):
    """`cleaned_data["days"]` from today on."""

    days = forms.TypedChoiceField(
        label="Open until",
        coerce=int,
        initial=14,
        error_messages={"required": "Choose until when.", "invalid_choice": "Choose one of these days."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (days, f"{today + timedelta(days=days):%-d %B}, {days} days from now") for days in LENGTHS
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
