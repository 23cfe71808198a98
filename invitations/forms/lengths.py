"""For how many days an offer is open, as forms ask it."""

from __future__ import annotations

from typing import Any

from django import forms

from invitations.policies import LONGEST_OFFER, may_last

LIMITS = f"1 to {LONGEST_OFFER}"


class DaysField(forms.IntegerField):
    """Any whole number of days that the actions take."""

    def __init__(self, **kwargs: Any) -> None:
        out_of_range = may_last(LONGEST_OFFER + 1).reason
        super().__init__(
            min_value=1,
            max_value=LONGEST_OFFER,
            widget=forms.NumberInput(attrs={"class": "few-digits", "autocomplete": "off"}),
            error_messages={
                "required": "Type for how many days.",
                "invalid": f"Type a whole number, from {LIMITS}.",
                "min_value": out_of_range,
                "max_value": out_of_range,
            },
            **kwargs,
        )
