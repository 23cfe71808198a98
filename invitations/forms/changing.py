"""The form that offers another role."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from invitations.models import Invitation
from organizations.forms.roles_offered import PICKER, RoleField
from organizations.forms.stale import show_again
from organizations.models import Role
from organizations.policies import Decision


class ChangeOfferedRoleForm(forms.Form):
    """`roles` are those that people give, each with the decision. `version` is the one that the page showed."""

    role = RoleField()
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, invitation: Invitation, roles: list[tuple[Role, Decision]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation, self.roles, self.held = invitation, roles, invitation.role
        cast("RoleField", self.fields["role"]).offer(roles)
        self.fields["role"].initial = self._first()
        self.fields["version"].initial = str(invitation.version)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(Field("role", template=PICKER), "version")

    def clean_version(self) -> str:
        """Refuses what was chosen on a page that no longer shows how things stand; the next try is from there."""
        then: str = self.cleaned_data["version"]
        if then != str(self.invitation.version):
            show_again(self, version=str(self.invitation.version))
            offered = self.held.label if self.held else "no role"
            message = (
                f"Somebody else changed this meanwhile: {self.invitation.email} is offered {offered} now. "
                "Look, and choose again."
            )
            raise ValidationError(message, code="stale")
        return then

    def _first(self) -> Any:
        """The role offered now, else the narrowest that may be."""
        if self.held is not None:
            return self.held.pk
        return next((role.pk for role, decision in self.roles if decision), None)
