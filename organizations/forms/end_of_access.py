"""The field with which people say on which day access ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from organizations.moments import end_of


class EndOfAccessField(forms.DateField):
    """A day, which cleans to the last moment of it in the time zone of whoever chose it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Access ends")
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, **kwargs)
        self.error_messages["invalid"] = "Choose a day, such as 2027-03-31."

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return None if day is None else end_of(day)

    def prepare_value(self, value: Any) -> Any:
        return timezone.localdate(value) if isinstance(value, datetime) else value
