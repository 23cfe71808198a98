"""The forms about email domains."""

from __future__ import annotations

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from organizations.models import Organization

_BETWEEN = re.compile(r"[\s,;]+")


class AddDomainForm(forms.Form):
    """The action reads the domain and says what is wrong with it."""

    name = forms.CharField(
        label="Domain",
        max_length=254,
        help_text="What stands after the @, such as example.org. Each subdomain is a domain of its own.",
        error_messages={"required": "Type a domain.", "max_length": "This is not a domain, such as example.org."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(Field("name", autocomplete="off", spellcheck="false", autocapitalize="off"))


class RestrictForm(forms.Form):
    """Domains as people paste them, cleaned to a list of what was typed; the action reads each."""

    domains = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocapitalize": "off"}),
        help_text="One a line. Each counts exactly: a subdomain is a domain of its own. Empty: any address may belong.",
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domains"].initial = "\n".join(organization.allowed_domains)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_domains(self) -> list[str]:
        return [one for one in _BETWEEN.split(self.cleaned_data["domains"]) if one]
