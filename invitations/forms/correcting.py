"""The right address of an offer."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


class CorrectForm(forms.Form):
    """`cleaned_data["email"]` as it was typed; the action says whether it can be invited."""

    email = forms.CharField(
        label="Right address",
        max_length=320,
        error_messages={"required": "Type the address that the invitation should go to."},
        widget=forms.TextInput(
            attrs={"inputmode": "email", "autocapitalize": "off", "spellcheck": "false", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
