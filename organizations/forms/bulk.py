"""What a change of many people has to know besides: a role, a group or a day; and what is typed to confirm."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from organizations.forms.people import EndForm, as_typed
from organizations.forms.roles_offered import PICKER, RoleField
from organizations.models import Group, Membership, Role
from organizations.policies import Decision
from organizations.querysets import GroupQuerySet

MANY_GROUPS = 500


class RoleForAllForm(forms.Form):
    """`roles` are those that people give, each with the decision."""

    role = RoleField()
    held: Role | None = None

    def __init__(self, *args: Any, roles: list[tuple[Role, Decision]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = roles
        cast("RoleField", self.fields["role"]).offer(roles)
        self.fields["role"].initial = next((role.pk for role, decision in roles if decision), None)
        self.helper = _bare(Field("role", template=PICKER))


class GroupForAllForm(forms.Form):
    """`groups` are those that the actor sees; the first 500 by name are offered."""

    group: forms.ModelChoiceField[Group] = forms.ModelChoiceField(
        queryset=Group.objects.none(),
        empty_label="Choose a group",
        error_messages={"required": "Choose a group.", "invalid_choice": "Choose one of these groups."},
    )

    def __init__(self, *args: Any, groups: GroupQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Group]", self.fields["group"]).queryset = groups.by_name()
        self.fields["group"].choices = [  # type: ignore[attr-defined]
            ("", "Choose a group"),
            *((group.pk, group.name) for group in groups.by_name()[:MANY_GROUPS]),
        ]
        self.helper = _bare(Field("group"))


class EndForAllForm(EndForm):
    """The same as for one person, with no end to begin from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, person=Membership(), **kwargs)


class TypedForm(forms.Form):
    """The number of people, or of one the name, typed out."""

    typed = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["typed"].label = f"Type {expected} to confirm"
        self.fields["typed"].widget.attrs["data-must-be"] = expected
        self.helper = _bare(Field("typed"))

    def clean_typed(self) -> str:
        typed, expected = as_typed(self.cleaned_data["typed"]), as_typed(self.expected)
        number = expected.replace(",", "")
        if not typed or typed not in (expected, number if number.isdecimal() else expected):
            message = f"This is not what stands above. Type {self.expected}, or cancel."
            raise ValidationError(message, code="not_the_same")
        return typed


def _bare(*fields: Any) -> FormHelper:
    """Fields alone: the page has the form, with the selection in it."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*fields)
    return helper
