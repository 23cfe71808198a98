"""What staff type and read about an organization before they change it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from organizations.models import Membership, Organization
from organizations.schemes import OwnerRule


class PlanForm(BaseDialogForm):  # type: ignore[misc]
    """Begins with the plan that the organization has, so that to press its button changes nothing."""

    plan = forms.CharField(max_length=60, required=False, widget=UnfoldAdminTextInputWidget, label="Name of the plan")
    seats = forms.IntegerField(
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Leave it empty for no limit.",
    )
    trial_cap = forms.IntegerField(
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        label="Addresses that it may ever invite by mail",
        help_text="Each counts once, and none is given back. Leave it empty for no limit.",
    )
    trusted = forms.BooleanField(
        required=False, widget=UnfoldBooleanSwitchWidget, label="Its invitations may carry a note"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if organization := self._organization():
            for name in ("plan", "trial_cap", "trusted"):
                self.fields[name].initial = getattr(organization, name)
            self.fields["seats"].initial = organization.seat_limit

    def _organization(self) -> Organization | None:
        try:
            return Organization.objects.filter(pk=self.object_id).first()
        except ValidationError:  # the address names no organization, which the page that opened this says
            return None


class AppointForm(BaseDialogForm):  # type: ignore[misc]
    """Nothing to type: it says of whom and what the question is, and who steps down."""

    form_before_template = "organizations/staff_appoint.html"

    def get_before_template_context(self, request: HttpRequest, object_id: Any = None) -> dict[str, Any]:
        try:
            person = Membership.objects.select_related("organization", "role").filter(pk=object_id).first()
        except ValidationError:  # the address names no membership, which the page that opened this says
            person = None
        if person is None:
            return {}
        organization = person.organization
        rules = organization.rules
        alone = rules.owner_rule is OwnerRule.EXACTLY_ONE
        owners = organization.memberships.filter(owns=True).exclude(pk=person.pk).by_name()
        return {
            "person": person,
            "organization": organization,
            "owner_label": rules.owner.label,
            "alone": alone,
            "stepping_down": list(owners[:1]) if alone else [],
            "former": rules.by_key[rules.former_owner_key].label if rules.former_owner_key else "",
        }


class DomainForm(BaseDialogForm):  # type: ignore[misc]
    """The action reads the domain and says what is wrong with it."""

    domain = forms.CharField(
        max_length=253,
        widget=UnfoldAdminTextInputWidget,
        help_text="What stands after the @, such as example.org. Be sure that it is theirs, each subdomain on its own.",
    )
