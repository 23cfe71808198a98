"""The form that gives somebody more time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from organizations.forms.end_of_access import EndOfAccessField
from organizations.moments import end_of

ON_A_DAY, NEVER = "day", "never"
_MORE = (30, 90)


class GrantForm(forms.Form):
    """`cleaned_data["ends_at"]` is the last moment of a day where the reader is, or None for no end."""

    until = forms.ChoiceField(
        label="How much more",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how much.", "invalid_choice": "Choose one of these."},
    )
    day = EndOfAccessField(label="Day", required=False)

    def __init__(self, *args: Any, ends_at: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.since = max(today, timezone.localdate(ends_at)) if ends_at else today
        quick = [(str(days), f"{days} days, until {_said(self._after(days))}") for days in _MORE]
        choices = [
            *quick,
            (ON_A_DAY, "Until the end of a day that you choose"),
            (NEVER, "For good: access has no end any more"),
        ]
        self.fields["until"].choices = choices  # type: ignore[attr-defined]
        self.fields["until"].initial = str(_MORE[0])
        self.fields[
            "day"
        ].help_text = f"It counts to the last second of that day in {timezone.get_current_timezone_name()}."
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("until", Field("day", min=today.isoformat(), wrapper_class="narrow chosen-day"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        until = cleaned.get("until", "")
        cleaned["ends_at"] = cleaned.get("day") if until == ON_A_DAY else None
        if until == ON_A_DAY and not cleaned["ends_at"] and "day" not in self.errors:
            self.add_error("day", ValidationError("Choose a day.", code="required"))
        if until.isdigit():
            cleaned["ends_at"] = end_of(self._after(int(until)))
        if until != ON_A_DAY:
            self.errors.pop("day", None)  # what stands in a field that was not chosen does not matter
        return cleaned

    def _after(self, days: int) -> date:
        return self.since + timedelta(days=days)


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
