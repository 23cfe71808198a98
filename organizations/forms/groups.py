"""The forms that arrange groups."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.addresses import normalise, pasted
from organizations.actions.outcome import MOST_AT_ONCE
from organizations.forms.stale import show_again
from organizations.models import Group

_LONGEST_PASTE = 1_000_000


class GroupForm(forms.ModelForm[Group]):
    """Name and description; `version` is the one that the page showed. The action checks the row."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2_000_000_000)

    class Meta:
        model = Group
        fields = ["name", "description"]
        help_texts = {
            "name": "As its people call it, such as Field sales.",
            "description": "What it is for, in a sentence. It may stay empty.",
        }
        error_messages = {
            "name": {"required": "Type a name.", "max_length": "Use at most 60 characters."},
            "description": {"max_length": "Use at most 300 characters."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(Field("name", autocomplete="off", autofocus=True), "description", "version")

    def show_version(self, version: int) -> None:
        """The next try is made on this version, which the page shows beside what was typed."""
        show_again(self, version=str(version))

    def _post_clean(self) -> None:
        """The action checks the row; here only what was typed is checked, so that no rule stands in two places."""


class AddressesForm(forms.Form):
    """Members' addresses as people paste them; cleans to pairs of what was typed and how it is stored ('' for none)."""

    addresses = forms.CharField(
        label="Email addresses of members",
        max_length=_LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
        help_text="One or many: separate them with commas, spaces or lines.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_addresses(self) -> list[tuple[str, str]]:
        typed = list(dict.fromkeys(pasted(self.cleaned_data["addresses"])))
        if not typed:
            message = "Type at least one address."
            raise ValidationError(message, code="required")
        if len(typed) > MOST_AT_ONCE:
            message = f"At most {MOST_AT_ONCE} addresses at a time; these are {len(typed):,}. Add them in parts."
            raise ValidationError(message, code="too_many")
        return [(address, _stored(address)) for address in typed]


class CuratorForm(forms.Form):
    """What was asked on the page, so that pressing twice or late does not turn it round."""

    curates = forms.TypedChoiceField(
        choices=[("yes", "Curates"), ("no", "Does not curate")],
        coerce=lambda typed: typed == "yes",
        widget=forms.HiddenInput,
    )


def _stored(address: str) -> str:
    try:
        return normalise(address)
    except ValidationError:
        return ""
