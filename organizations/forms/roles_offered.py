"""The field with which people choose a role."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from organizations.models import Role

PICKER = "components/role_picker.html"


class RoleField(forms.ModelChoiceField[Role]):
    """Says one sentence of whatever is none of its roles, be it a wrong id or none at all.

    Its form has `roles`, each with the Decision whether it may be chosen; `offer` takes those that may.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Role.objects.none(), widget=forms.RadioSelect, empty_label=None, **kwargs)
        self.error_messages["invalid_choice"] = "Choose one of these roles."

    def offer(self, roles: list[Role]) -> None:
        self.queryset = Role.objects.filter(pk__in=[role.pk for role in roles])

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as mistake:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from mistake
