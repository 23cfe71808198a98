"""The form that invites: addresses as people paste them, one role, the length of the offer."""

from __future__ import annotations

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.addresses import normalise
from audit.actors import Actor
from organizations.actions.outcome import MOST_AT_ONCE
from organizations.models import Organization, Role
from organizations.policies import may_give

_BETWEEN = re.compile(r"[\s,;]+")
_IN_BRACKETS = re.compile(r"<([^<>\s]{1,64}@[^<>\s]{1,255})>")
_NAMED_AT_MOST = 10
_LONGEST_PASTE = 1_000_000


class RoleField(forms.ModelChoiceField[Role]):
    """Says one sentence of whatever is none of its roles, be it a wrong id or none at all."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as mistake:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from mistake


class InviteForm(forms.Form):
    """`addresses` cleans to a list spelled as stored; every address that is wrong or doubled is named."""

    addresses = forms.CharField(
        label="Email addresses",
        max_length=_LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocapitalize": "off", "autofocus": True}),
        help_text="One or many: separate them with commas, spaces or lines.",
    )
    role = RoleField(queryset=Role.objects.none(), widget=forms.RadioSelect, empty_label=None)
    days = forms.TypedChoiceField(
        label="Open for",
        coerce=int,
        choices=[(1, "1 day"), (3, "3 days"), (7, "7 days"), (14, "14 days"), (30, "30 days")],
        help_text="Until then it keeps a seat.",
    )

    def __init__(self, *args: Any, organization: Organization, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.of(organization)
        self.roles = [(role, may_give(actor, role, organization)) for role in roles]
        self.fields["role"].queryset = self._givable(roles)  # type: ignore[attr-defined]
        self.fields["role"].error_messages["invalid_choice"] = "Choose one of these roles."
        self.fields["role"].initial = next((role.pk for role, decision in self.roles if decision), None)
        days = self.fields["days"]
        if settings.INVITATION_DAYS not in dict(days.choices):  # type: ignore[attr-defined]
            days.choices = sorted([*days.choices, (settings.INVITATION_DAYS, f"{settings.INVITATION_DAYS} days")])  # type: ignore[attr-defined]
        days.initial = settings.INVITATION_DAYS
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "addresses",
            Field("role", template="invitations/role_picker.html"),
            Field("days", wrapper_class="narrow"),
        )

    def clean_addresses(self) -> list[str]:
        typed = [part for part in _BETWEEN.split(_without_names(self.cleaned_data["addresses"])) if part]
        if not typed:
            message = "Type at least one address."
            raise ValidationError(message, code="required")
        if len(typed) > MOST_AT_ONCE:
            message = f"At most {MOST_AT_ONCE} addresses at a time; these are {len(typed):,}. Send them in parts."
            raise ValidationError(message, code="too_many")
        spelled: dict[str, str] = {}
        mistakes: list[str] = []
        for address in typed:
            try:
                stored = normalise(address)
            except ValidationError as mistake:
                mistakes.append(f"“{_short(address)}” cannot be invited. {mistake.messages[0]}")
                continue
            if stored in spelled:
                same = address == spelled[stored]
                mistakes.append(
                    f"“{_short(address)}” stands there twice. Remove one."
                    if same
                    else f"“{_short(spelled[stored])}” and “{_short(address)}” are the same address. Remove one."
                )
                continue
            spelled[stored] = address
        if mistakes:
            more = len(mistakes) - _NAMED_AT_MOST
            shown = mistakes[:_NAMED_AT_MOST] + ([f"And {more} more."] if more > 0 else [])
            raise ValidationError(shown, code="addresses")
        return list(spelled)

    def _givable(self, roles: QuerySet[Role]) -> QuerySet[Role]:
        return roles.filter(pk__in=[role.pk for role, decision in self.roles if decision])


def _without_names(text: str) -> str:
    """The text without the names that mail programs put before addresses: `"Lind, Ove" <ove@example.org>`."""
    kept: list[str] = []
    end = 0
    for match in _IN_BRACKETS.finditer(text):
        before = text[end : match.start()].rstrip()
        if before.endswith('"') and before.count('"') > 1:
            name = before.rindex('"', 0, -1)
        else:
            name = max(before.rfind(separator) for separator in ",;\n") + 1
        kept += [before[:name], match[1]]
        end = match.end()
    return " ".join([*kept, text[end:]])


def _short(address: str) -> str:
    return address if len(address) <= 60 else f"{address[:57]}…"
