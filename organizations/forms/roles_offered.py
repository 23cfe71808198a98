"""The field with which people choose a role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from organizations.models import Role
from organizations.policies import Decision

PICKER = "components/role_picker.html"


class RoleField(forms.Field):
    """Says one sentence of whatever is none of its roles, be it a wrong id or none at all.

    Its form has `roles`, each with the Decision whether it may be chosen, and offers them. Whoever sends one that they
    may not choose reads the same sentence; the error knows why.
    """

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages["invalid_choice"] = "Choose one of these roles."
        self._offered: dict[UUID, tuple[Role, Decision]] = {}

    def offer(self, roles: Iterable[tuple[Role, Decision]]) -> None:
        self._offered = {role.pk: (role, decision) for role, decision in roles}
        self.widget.choices = [(str(role.pk), role.label) for role, decision in roles if decision]

    def to_python(self, value: Any) -> Role | None:
        if value in self.empty_values:
            return None
        try:
            role, decision = self._offered[UUID(str(value))]
        except (ValueError, KeyError) as mistake:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from mistake
        if not decision:
            raise decision.as_mistake(self.error_messages["invalid_choice"], "invalid_choice")
        return role
