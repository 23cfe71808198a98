"""The forms with which an account is deleted: its holder's, and those of staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.addresses import stored_or_typed


class DeleteAccountForm(forms.Form):
    """One's own main address, typed out."""

    typed = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "inputmode": "email"}
        ),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["typed"].label = f"Type {email} to confirm"
        self.fields["typed"].help_text = "You can delete once this matches."
        self.fields["typed"].widget.attrs["data-must-be"] = email

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if stored_or_typed(typed) != self.email:
            message = f"This is not your address. Type {self.email}, or cancel."
            raise ValidationError(message, code="not_the_address")
        return typed
