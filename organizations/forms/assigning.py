"""The form that gives somebody another role."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from organizations.forms.roles_offered import PICKER, RoleField
from organizations.forms.stale import show_again
from organizations.models import Membership, Role
from organizations.policies import Decision


class ChangeRoleForm(forms.Form):
    """`roles` are those that people give, each with the decision. `held_then` is the role that the page showed."""

    role = RoleField()
    held_then = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Membership, roles: list[tuple[Role, Decision]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.roles = roles
        self.held = person.role
        cast("RoleField", self.fields["role"]).offer(roles)
        self.fields["role"].initial = self._first()
        self.fields["held_then"].initial = self._now()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(Field("role", template=PICKER), "held_then")

    def clean_held_then(self) -> str:
        """Refuses what was chosen on a page that no longer shows how things stand; the next try is from there."""
        then: str = self.cleaned_data["held_then"]
        if then != self._now():
            show_again(self, held_then=self._now())
            role = self.held.label if self.held else "without a role"
            message = (
                f"Somebody else changed this meanwhile: {self.person.label} is {role} now. Look, and choose again."
            )
            raise ValidationError(message, code="stale")
        return then

    def _first(self) -> Any:
        """The role held now, else the narrowest that may be given."""
        if self.held is not None:
            return self.held.pk
        return next((role.pk for role, decision in self.roles if decision), None)

    def _now(self) -> str:
        return str(self.held.pk) if self.held else ""
