"""For how much longer offers stand."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings

from invitations.forms.lengths import LIMITS, DaysField

USUAL = 14  # days; as many as an offer has at first would change nothing of one that was made today


class ExtendForm(forms.Form):
    """`cleaned_data["days"]` from today on."""

    days = DaysField(label="Open for (days)", help_text=f"{LIMITS}, counted from today.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = max(USUAL, settings.INVITATION_DAYS)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
