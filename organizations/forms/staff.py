"""What staff type about an organization."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from organizations.models import Organization


class SeatsForm(BaseDialogForm):  # type: ignore[misc]
    """Begins with the seats that the organization has, so that to press its button changes nothing."""

    seats = forms.IntegerField(
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Leave it empty for no limit.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seats"].initial = self._seats_now()

    def _seats_now(self) -> int | None:
        try:
            organization = Organization.objects.filter(pk=self.object_id).first()
        except ValidationError:  # the address names no organization, which the page that opened this says
            return None
        return organization.seat_limit if organization else None
