"""The questions that the pages of access answer. They are asked by GET, so that an answer has an address."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from accounts.addresses import normalise
from audit.actors import Actor
from organizations.models import Group, Membership, Organization
from team.access.finding import group_named, groups_known_to, people_by_name, person_by_address, person_by_id
from team.access.words import choices

LISTED_GROUPS = 100
LONGEST = 254


class WhatForm(forms.Form):
    """A permission, here or in a group. `cleaned_data["group"]` is the group, None for the whole organization."""

    permission = forms.ChoiceField(label="May do")
    group = forms.CharField(label="Where", required=False, max_length=LONGEST, empty_value="")

    def __init__(self, *args: Any, organization: Organization, reader: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.reader = reader
        field = self.fields["permission"]
        field.choices = [("", "Choose what"), *choices(organization.rules)]  # type: ignore[attr-defined]
        field.error_messages["invalid_choice"] = "There is no such permission here. Choose one from the list."
        groups = list(groups_known_to(reader, organization)[: LISTED_GROUPS + 1])
        if len(groups) <= LISTED_GROUPS:
            listed = [("", "The whole organization"), *((one.pk.hex, one.name) for one in groups)]
            self.fields["group"].widget = forms.Select(choices=listed)
        else:
            self.fields["group"].widget.attrs["placeholder"] = "The whole organization, or a group’s name"
        self._groups = {one.pk.hex: one for one in groups}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_group(self) -> Group | None:
        text = self.cleaned_data["group"].strip()
        if not text:
            return None
        found = self._groups.get(text.replace("-", "")) or group_named(self.reader, self.organization, text)
        if found is None:
            message = "There is no such group here, or it is not yours to see. Check its name."
            raise ValidationError(message, code="unknown_group")
        return found


class AskForm(WhatForm):
    """Whom it is about comes first: a name or an address, or a membership that a page led here with.

    `cleaned_data["person"]` is a membership, or the address of somebody who is no member.
    """

    person = forms.CharField(
        label="Person", max_length=LONGEST, widget=forms.TextInput(attrs={"placeholder": "Name or address"})
    )
    field_order = ("person", "permission", "group")

    def clean_person(self) -> Membership | str:
        text = self.cleaned_data["person"].strip()
        if "@" in text:
            address = normalise(text)
            return person_by_address(self.organization, address) or address
        if found := person_by_id(self.organization, text):
            return found
        found_by_name = people_by_name(self.organization, text)
        if len(found_by_name) == 1:
            return found_by_name[0]
        if found_by_name:
            message = f"Several people here are called {text}. Give the whole address."
            raise ValidationError(message, code="several")
        message = f"Nobody in {self.organization} is called {text}. Give the whole name or the address."
        raise ValidationError(message, code="unknown_person")
