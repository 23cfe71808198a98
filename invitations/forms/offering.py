"""The form that invites: addresses as people paste them, one role, the length of the offer."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.addresses import normalise, pasted
from audit.actors import Actor
from organizations.actions.outcome import MOST_AT_ONCE
from organizations.forms.end_of_access import EndOfAccessField
from organizations.forms.roles_offered import PICKER, RoleField
from organizations.models import Organization, Role
from organizations.policies import may_give

_NAMED_AT_MOST = 10
_LONGEST_PASTE = 1_000_000


class InviteForm(forms.Form):
    """`addresses` cleans to a list spelled as stored; every address that is wrong or doubled is named."""

    addresses = forms.CharField(
        label="Email addresses",
        max_length=_LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocapitalize": "off", "autofocus": True}),
        help_text="One or many: separate them with commas, spaces or lines.",
    )
    role = RoleField()
    days = forms.TypedChoiceField(
        label="Open for",
        coerce=int,
        choices=[(1, "1 day"), (3, "3 days"), (7, "7 days"), (14, "14 days"), (30, "30 days")],
        help_text="Until then it keeps a seat.",
    )
    access_ends_at = EndOfAccessField(
        required=False, help_text="The last day here for everyone who accepts. Empty: it does not end by itself."
    )

    def __init__(self, *args: Any, organization: Organization, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.of(organization).by_hand()
        self.roles = [(role, may_give(actor, role, organization)) for role in roles]
        cast("RoleField", self.fields["role"]).offer([role for role, decision in self.roles if decision])
        self.fields["role"].initial = next((role.pk for role, decision in self.roles if decision), None)
        days = self.fields["days"]
        if settings.INVITATION_DAYS not in dict(days.choices):  # type: ignore[attr-defined]
            days.choices = sorted([*days.choices, (settings.INVITATION_DAYS, f"{settings.INVITATION_DAYS} days")])  # type: ignore[attr-defined]
        days.initial = settings.INVITATION_DAYS
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "addresses",
            Field("role", template=PICKER),
            Field("days", wrapper_class="narrow"),
            Field("access_ends_at", wrapper_class="narrow"),
        )

    def clean_addresses(self) -> list[str]:
        typed = pasted(self.cleaned_data["addresses"])
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


def _short(address: str) -> str:
    return address if len(address) <= 60 else f"{address[:57]}…"
