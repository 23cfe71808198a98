"""The forms that change one person's standing: when their access ends, and that they go."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from organizations.forms.end_of_access import EndOfAccessField
from organizations.models import Membership
from organizations.moments import end_of

NEVER, ON_A_DAY = "never", "day"
_JOINERS = {0x200C: None, 0x200D: None}  # names may hold them
_QUICK = {"7": "In 7 days", "30": "In 30 days", "90": "In 90 days"}


class EndForm(forms.Form):
    """`cleaned_data["ends_at"]` is the last moment of a day where the reader is, or None for no end."""

    when = forms.ChoiceField(
        label="Access ends",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when.", "invalid_choice": "Choose one of these."},
    )
    day = EndOfAccessField(label="Day", required=False)

    def __init__(self, *args: Any, person: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        quick = [(days, f"{label}, on {_said(today + timedelta(days=int(days)))}") for days, label in _QUICK.items()]
        choices = [
            (NEVER, "Never: it goes on until somebody ends it"),
            *quick,
            (ON_A_DAY, "At the end of a day that you choose"),
        ]
        self.fields["when"].choices = choices  # type: ignore[attr-defined]
        self.fields["when"].initial = ON_A_DAY
        self.fields["day"].initial = person.ends_at
        zone = timezone.get_current_timezone_name()
        self.fields["day"].help_text = f"It counts to the last second of that day in {zone}."
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("when", Field("day", min=today.isoformat(), wrapper_class="chosen-day"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["ends_at"] = self._ends_at(cleaned)
        return cleaned

    def _ends_at(self, cleaned: dict[str, Any]) -> datetime | None:
        when, day = cleaned.get("when", NEVER), cleaned.get("day")
        if when != ON_A_DAY:
            self.errors.pop("day", None)  # left over from before, and shown no more
        if when in _QUICK:
            return end_of(timezone.localdate() + timedelta(days=int(when)))
        if when == ON_A_DAY and not day and "day" not in self.errors:
            self.add_error("day", ValidationError("Choose a day.", code="required"))
        return day if when == ON_A_DAY else None


class RemoveForm(forms.Form):
    """The person's name, or their address where they have none, typed out."""

    typed = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, person: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = person.label
        self.fields["typed"].label = f"Type {person.label} to confirm"
        self.fields["typed"].help_text = "You can remove once this matches."
        self.fields["typed"].widget.attrs["data-must-be"] = person.label

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if not as_typed(typed) or as_typed(typed) != as_typed(self.name):
            message = f"This is not what stands above. Type {self.name}, or cancel."
            raise ValidationError(message, code="not_the_name")
        return typed


def as_typed(text: str) -> str:
    """However the keyboard makes é, however many spaces are between, and without the joiners that nobody sees."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_JOINERS)).split())


def _said(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"
