"""What staff type about an account before they mend it."""

from __future__ import annotations

from django import forms
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminEmailInputWidget


class NewAddressForm(BaseDialogForm):  # type: ignore[misc]
    """The action reads the address and says what is wrong with it."""

    address = forms.CharField(
        label="New address",
        max_length=254,
        widget=UnfoldAdminEmailInputWidget,
        help_text="It opens nothing until its person has confirmed it with the link that is mailed there.",
    )
