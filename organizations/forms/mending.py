"""The form that gives somebody another address to sign in with."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


class AddressForm(forms.Form):
    """The action reads the address and says what is wrong with it."""

    address = forms.CharField(
        label="New address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Type an address."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
