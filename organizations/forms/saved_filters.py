"""The form that saves a filter of the members table."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from organizations.models import SavedFilter


class SaveFilterForm(forms.ModelForm[SavedFilter]):
    """`query` is what the URL of the table said; the action spells it."""

    query = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = SavedFilter
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name"
        self.fields["name"].error_messages["required"] = "Give it a name to find it by."
        self.fields["name"].widget.attrs["placeholder"] = "Contractors without two-factor"
        self.helper = FormHelper()
        self.helper.form_tag = False
