"""The form that creates an organization."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.conf import settings
from django.utils.text import slugify

from organizations.models import Organization, Role
from organizations.schemes import load_schemes


class OrganizationForm(forms.ModelForm[Organization]):
    scheme = forms.ChoiceField(label="Role scheme", widget=forms.RadioSelect)

    class Meta:
        model = Organization
        fields = ["name", "slug", "scheme"]
        help_texts = {"name": "As your people call it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schemes = load_schemes().values()
        roles = Role.objects.filter(organization=None, retired=False).order_by("rank")
        self.schemes = [(one, [role for role in roles if role.scheme == one.key]) for one in schemes]
        self.fields["scheme"].choices = [(one.key, one.label) for one in schemes]  # type: ignore[attr-defined]
        self.fields["scheme"].initial = next(iter(schemes)).key
        self.fields["slug"].help_text = f"Its pages stand under {settings.BASE_URL}/o/. It cannot be changed later."
        self.fields["slug"].required = False
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Field("name", autocomplete="organization", autofocus=True),
            Field("slug", autocomplete="off", spellcheck="false", placeholder="made from the name"),
            Field("scheme", template="organizations/scheme_picker.html"),
        )

    def clean_slug(self) -> str:
        """The address as typed, or one made from the name."""
        typed: str = self.cleaned_data.get("slug") or ""
        made = typed or slugify(self.cleaned_data.get("name", ""))[:50].strip("-")
        if not made:
            message = "Type an address of small letters, digits and hyphens."
            raise forms.ValidationError(message, code="invalid_slug")
        return made

    def _post_clean(self) -> None:
        """The action checks the row; here only what was typed is checked, so that no rule stands in two places."""
