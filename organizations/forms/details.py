"""The form for what an organization keeps about one of its people."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from organizations.forms.stale import show_again
from organizations.models import Membership

_FIELDS = ("own_name", "job_title", "phone")


class DetailsForm(forms.ModelForm[Membership]):
    """Name shown here, title and phone; `shown` is what the page showed. The action checks the row."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Membership
        fields = _FIELDS
        labels = {"own_name": "Name shown here", "job_title": "Title", "phone": "Phone"}
        widgets = {"phone": forms.TextInput(attrs={"type": "tel"})}
        error_messages = {
            "own_name": {"max_length": "Use at most 100 characters."},
            "job_title": {"max_length": "Use at most 100 characters."},
            "phone": {"max_length": "Use at most 32 characters."},
        }

    def __init__(self, *args: Any, account_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = "|".join(getattr(self.instance, name) for name in _FIELDS)
        self.fields["shown"].initial = self.now
        self.fields["own_name"].help_text = (
            f"Leave it empty to show {account_name}, as the account says."
            if account_name
            else "Leave it empty to show the address."
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Field("own_name", autocomplete="off", autofocus=True),
            Field("job_title", autocomplete="off"),
            Field("phone", autocomplete="off"),
            "shown",
        )

    def clean_shown(self) -> str:
        """Refuses what was typed on a page that no longer shows how things stand; the next try is from there."""
        shown: str = self.cleaned_data["shown"]
        if shown and shown != self.now:
            show_again(self, shown=self.now)
            message = "Somebody else changed these details meanwhile. They stand beside; save again to change that."
            raise ValidationError(message, code="stale")
        return shown

    def _post_clean(self) -> None:
        """The action checks the row; here only what was typed is checked, so that no rule stands in two places."""
