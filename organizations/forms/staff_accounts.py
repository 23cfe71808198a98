"""What staff read and type before an account is deleted, and before somebody is forgotten."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from accounts.models import User
from audit.models import Event
from organizations.actions.accounts import REASON_LENGTH, left_alone, people_forgettable_in
from organizations.models import Organization

_WITHOUT_NAMES = "It stays in the logs: without the person's name or address, such as the number of the request."


def _reason(**more: Any) -> forms.CharField:
    return forms.CharField(
        max_length=REASON_LENGTH, widget=UnfoldAdminTextInputWidget, help_text=_WITHOUT_NAMES, **more
    )


class DeleteAccountDialog(BaseDialogForm):  # type: ignore[misc]
    """Says who it is and what they leave; to be forgotten as well is another question, with its reason."""

    form_before_template = "organizations/staff_account_delete.html"

    forget = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        label="Erase from the audit logs who it was",
        help_text="For whoever asks for it. What was done stays, without name, addresses and devices.",
    )
    reason = _reason(required=False, label="Why it is erased")

    def get_before_template_context(self, request: HttpRequest, object_id: Any = None) -> dict[str, Any]:
        try:
            person = User.objects.filter(pk=object_id).first()
        except ValidationError:  # the address names no account, which the page that opened this says
            person = None
        if person is None:
            return {}
        here = Organization.objects.filter(memberships__user=person).order_by("name")
        return {"person": person, "organizations": list(here), "alone": left_alone(person, timezone.now())}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("forget") and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", ValidationError("Say why, in a sentence.", code="required"))
        return cleaned


class ForgetDialog(BaseDialogForm):  # type: ignore[misc]
    """Whom of those that the event names, where their accounts are gone; and why."""

    person = forms.ChoiceField(label="Who", widget=UnfoldAdminRadioSelectWidget)
    reason = _reason(label="Why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = people_of(self.object_id)
        self.fields["person"].choices = list(found.items())
        self.fields["person"].initial = next(iter(found), None)


def people_of(event_id: Any) -> dict[str, str]:
    """Those whom the event of that id names and who can be forgotten: by id, what they are called."""
    try:
        event = Event.objects.filter(pk=event_id).first()
    except ValidationError:
        return {}
    return {str(key): label for key, label in people_forgettable_in(event).items()} if event else {}
