"""The forms with which people change how their organization works."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from organizations.forms.stale import show_again
from organizations.models import Organization


class NameForm(forms.Form):
    """`was` is the name that the page showed: who saves on an older one is told, and sees what it is now."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="As your people call it. The address stays.",
        error_messages={"required": "Type a name.", "max_length": "Use at most 80 characters."},
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.fields["name"].initial = self.fields["was"].initial = organization.name
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(Field("name", autocomplete="organization"), "was")

    def clean_was(self) -> str:
        was: str = self.cleaned_data["was"]
        if was != self.organization.name:
            show_again(self, was=self.organization.name)
            message = f"Somebody else called it {self.organization.name} meanwhile. Save again to change that."
            raise ValidationError(message, code="stale")
        return was


class TwoFactorForm(forms.Form):
    """What was asked on the page, so that pressing twice or late does not turn it round."""

    required = forms.TypedChoiceField(
        choices=[("yes", "Required"), ("no", "Not required")],
        coerce=lambda typed: typed == "yes",
        widget=forms.HiddenInput,
    )
