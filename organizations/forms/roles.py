"""The forms that make, change and compare roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.names import validate_name
from audit.actors import Actor
from organizations.comparing import Band, Scopes, as_grants, matrix
from organizations.models import Organization, Role
from organizations.permissions import Scope

_GRANT = "grant:"


class MatrixWidget(forms.Widget):
    """A control for each permission, named `grant:<permission>`, whose value is a scope or nothing.

    Answers all of them as they were posted, unknown ones too: the action says what is wrong with those.
    """

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {key.removeprefix(_GRANT): data[key] for key in data if key.startswith(_GRANT) and data[key]}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return False


class GrantsField(forms.Field):
    """Cleans to a set of grants."""

    widget = MatrixWidget

    def clean(self, value: Mapping[str, str]) -> frozenset[str]:
        reaching: Scopes = {}
        for permission, scope in value.items():
            try:
                if "@" in permission:  # how far it reaches is said by its value alone
                    raise ValueError(permission)
                reaching[permission] = Scope(scope)
            except ValueError as mistake:
                message = "One of the choices below means nothing. Choose it again."
                raise ValidationError(message, code="scope") from mistake
        return as_grants(reaching)


class RoleForm(forms.Form):
    """What a custom role is called and may do. The matrix offers what the actor holds; the action is the law.

    `taken` are the roles whose names it may not have. With `fixed` it shows the grants without letting anyone change
    them.
    """

    label = forms.CharField(
        label="Name",
        max_length=60,
        validators=[validate_name],
        error_messages={"required": "Type a name.", "max_length": "Use at most 60 characters."},
    )
    description = forms.CharField(
        max_length=300,
        validators=[validate_name],
        required=False,
        help_text="What someone with this role does, in a sentence. It stands wherever the role can be chosen.",
        error_messages={"max_length": "Use at most 300 characters."},
    )
    caution = forms.CharField(
        max_length=300,
        validators=[validate_name],
        required=False,
        help_text="Optional: what to think of before giving it to somebody.",
        error_messages={"max_length": "Use at most 300 characters."},
    )
    elevated = forms.BooleanField(
        label="Elevated", required=False, help_text="Marked wherever it stands, and reviewed regularly."
    )
    grants = GrantsField(required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        max_value=2_000_000_000,
        initial=0,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Something is missing here. Open the page again."
        ),
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        actor: Actor,
        taken: Iterable[Role],
        fixed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.taken = {role.label.casefold() for role in taken}
        self.rules, self.held, self.fixed = organization.rules, actor.grants, fixed
        self.fields["grants"].disabled = self.fields["elevated"].disabled = fixed
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field("label", autocomplete="off", autofocus=not self.is_bound, wrapper_class="medium"),
            Field("description", autocomplete="off", wrapper_class="medium"),
            Field("caution", autocomplete="off", wrapper_class="medium"),
            Field("elevated"),
            Field("grants", template="organizations/matrix_field.html"),
            "version",
        )

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"]
        if label.casefold() in self.taken:
            message = "Another role has this name. Choose another one."
            raise ValidationError(message, code="label_taken")
        return label

    @property
    def bands(self) -> list[Band]:
        """The matrix with what is chosen now."""
        known = {scope.value: scope for scope in Scope}
        chosen: Mapping[str, str] = self["grants"].value() or {}
        reaching = {permission: known[scope] for permission, scope in chosen.items() if scope in known}
        return matrix(self.rules, reaching, held=() if self.fixed else self.held)

    @property
    def typed(self) -> list[tuple[str, str]]:
        """All that was posted, for a page that asks once more."""
        fields = ("label", "description", "caution", "version")
        kept = [(name, str(self.cleaned_data[name])) for name in fields]
        kept += [("elevated", "on")] if self.cleaned_data["elevated"] else []
        return kept + [(f"{_GRANT}{permission}", scope) for permission, scope in self["grants"].value().items()]


class CompareForm(forms.Form):
    """Two roles of the organization."""

    first = forms.TypedChoiceField(label="First role")
    second = forms.TypedChoiceField(label="Second role")

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.form_show_labels = False
        self.helper.layout = Layout("first", HTML('<span class="soft">beside</span>'), "second")
        for field in self.fields.values():
            _offer(field, roles)
            field.widget.attrs["aria-label"] = field.label
            field.error_messages["required"] = field.error_messages["invalid_choice"] = "Choose one of these roles."


class DeleteRoleForm(forms.Form):
    """Who gets what instead of a role that goes; asks only where somebody holds it or is invited to it."""

    move_to = forms.TypedChoiceField(required=False)
    invitations_to = forms.TypedChoiceField(required=False)

    def __init__(
        self,
        *args: Any,
        holders: int,
        offers: int,
        for_holders: Sequence[Role],
        for_offers: Sequence[Role],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        asked = (
            ("move_to", holders, "person holds it,people hold it", for_holders, "No role, until someone gives one"),
            ("invitations_to", offers, "open invitation offers it,open invitations offer it", for_offers, "Revoke"),
        )
        for name, count, words, roles, otherwise in asked:
            if not count:
                del self.fields[name]
                continue
            one, many = words.split(",")
            field = self.fields[name]
            field.required = True
            field.label = f"{count:,} {one if count == 1 else many}. Instead:"
            _offer(field, roles, first=[("", "Choose…")], last=[(LEAVE, otherwise)])
            field.error_messages["required"] = field.error_messages["invalid_choice"] = "Choose what comes instead."


LEAVE = "none"


def _offer(
    field: forms.Field,
    roles: Sequence[Role],
    *,
    first: Sequence[tuple[str, str]] = (),
    last: Sequence[tuple[str, str]] = (),
) -> None:
    """Let the field choose from these roles, and clean to the one that was chosen."""
    by_id = {str(role.pk): role for role in roles}
    choosing = cast("forms.TypedChoiceField", field)
    choosing.choices = [*first, *((key, role.label) for key, role in by_id.items()), *last]
    choosing.coerce = by_id.get
    choosing.empty_value = None
