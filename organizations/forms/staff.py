"""What staff type about an organization."""

from django import forms
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget


class SeatsForm(BaseDialogForm):  # type: ignore[misc]
    seats = forms.IntegerField(
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Leave it empty for as many as they like.",
    )
