"""The forms that invite: whom, and what is offered to all of them."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from audit.actors import Actor
from invitations import policies
from invitations.bulk.reading import LARGEST_FILE, ReadRow, read_file, read_text
from invitations.forms.lengths import LIMITS, DaysField
from invitations.models import NOTE_LENGTH, Invitation
from organizations.forms.end_of_access import EndOfAccessField
from organizations.forms.roles_offered import PICKER, RoleField
from organizations.models import Group, Organization, Role
from organizations.policies import Decision, may_edit_group, may_give

DETAILS = ("name", "job_title", "phone")
_WHAT = ("role", "groups", "days", "access_ends_at", "note")
_LONGEST_PASTE = 2_000_000


class OfferForm(forms.Form):
    """Role, groups, length, end of access and note, for everyone of whom nothing else is said."""

    role = RoleField()
    groups = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    days = DaysField(label="Open for (days)", help_text=f"{LIMITS}. It keeps a seat until it ends.")
    access_ends_at = EndOfAccessField(
        required=False, help_text="The last day here for everyone who accepts. Empty: it does not end by itself."
    )
    note = forms.CharField(
        required=False,
        max_length=NOTE_LENGTH,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands in the mail, under your name.",
    )

    def __init__(self, *args: Any, organization: Organization, actor: Actor, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization, self.actor, self.now = organization, actor, now
        by_hand = [role for role in Role.objects.listed(organization) if role.by_hand]
        self.roles = [(role, may_give(actor, role, organization)) for role in by_hand]
        cast("RoleField", self.fields["role"]).offer(self.roles)
        self.fields["role"].initial = next((role.pk for role, decision in self.roles if decision), None)
        self._offer_groups()
        self.fields["days"].initial = settings.INVITATION_DAYS
        if not organization.trusted:
            del self.fields["note"]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned.setdefault("note", "")
        groups, role, ends = cleaned.get("groups"), cleaned.get("role"), cleaned.get("access_ends_at")
        cleaned["groups"] = [self.groups_offered[key] for key in groups or []]
        if role is not None and ends is not None:
            self._refuse("access_ends_at", policies.may_end(role, ends, self.now))
        if role is not None and cleaned["groups"]:
            self._refuse("groups", policies.may_offer_places(self.actor, role, cleaned["groups"]))
        return cleaned

    @property
    def role_chosen(self) -> Role | None:
        """The role that the form shows as chosen."""
        key = str(self["role"].value() or "")
        return next((role for role, _ in self.roles if str(role.pk) == key), None)

    def _refuse(self, field: str, decision: Decision) -> None:
        if not decision:
            self.add_error(field, decision.as_error())

    @cached_property
    def groups_offered(self) -> dict[str, Group]:
        rows = self.organization.groups.by_name()
        return {one.pk.hex: one for one in rows if may_edit_group(self.actor, one)}

    def _offer_groups(self) -> None:
        """Looked up when they are chosen from or shown: where none was chosen and nothing is wrong, nobody asks."""
        field = cast("forms.MultipleChoiceField", self.fields["groups"])
        field.choices = lambda: [(key, group.name) for key, group in self.groups_offered.items()]
        field.error_messages["invalid_choice"] = "One of these groups is gone. Choose again."


def says_nothing_else(row: ReadRow) -> bool:
    """Whether a line names an address and leaves the rest to what is offered to all."""
    return not (row.role or row.groups or row.ends or row.problem)


class InviteForm(OfferForm):
    """`cleaned_data["rows"]` are the people named, in a text or in a file; the details are for one person alone."""

    addresses = forms.CharField(
        label="Email addresses",
        required=False,
        max_length=_LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocapitalize": "off", "autofocus": True}),
        help_text="One or thousands: separate them with commas, spaces or lines, or paste a table with a head.",
    )
    file = forms.FileField(
        label="Or a CSV file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        help_text="With a column email, and where you like role, groups and ends (2027-03-31). Up to 10,000 people.",
        error_messages={"empty": "The file is empty."},
    )
    name = forms.CharField(required=False, max_length=100, help_text="Empty: as their account says.")
    job_title = forms.CharField(label="Title", required=False, max_length=100)
    phone = forms.CharField(required=False, max_length=32, widget=forms.TextInput(attrs={"type": "tel"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in DETAILS:
            self.fields[name].widget.attrs["autocomplete"] = "off"
            self.fields[name].validators += cast("Any", Invitation._meta.get_field(name)).validators

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not {"addresses", "file"} & self.errors.keys():
            cleaned["rows"] = self._rows(cleaned.get("addresses", ""), cleaned.get("file"))
            alone = len(cleaned["rows"]) == 1 and says_nothing_else(cleaned["rows"][0]) and not cleaned.get("file")
            if not alone and any(cleaned.get(name) for name in DETAILS):
                message = "Name, title and phone are for one person. Leave them empty, or type one address alone."
                self.add_error("name", ValidationError(message, code="many"))
        return cleaned

    @property
    def whom(self) -> FormHelper:
        return self._part("addresses", "file")

    @property
    def what(self) -> FormHelper:
        return self._part(*_WHAT)

    @property
    def detailed(self) -> FormHelper:
        return self._part(*DETAILS)

    @property
    def has_details(self) -> bool:
        """Whether something stands in them, so that they are shown opened."""
        return any(self[name].value() or self.errors.get(name) for name in DETAILS)

    def _rows(self, text: str, file: Any) -> list[ReadRow]:
        if bool(text.strip()) == bool(file):
            message = "Type at least one address, or choose a file." if not file else "Type addresses or choose a file."
            self.add_error("addresses", ValidationError(message, code="required"))
            return []
        field = "file" if file else "addresses"
        try:
            return read_file(file.read(LARGEST_FILE + 1)) if file else read_text(text)
        except ValidationError as mistake:
            self.add_error(field, mistake)
            return []

    def _part(self, *names: str) -> FormHelper:
        """The fields of one panel of the page."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        left_out = set() if self.groups_offered or "groups" in self.errors else {"groups"}
        shown = [name for name in names if name in self.fields.keys() - left_out]
        helper.layout = Layout(*[Field(name, template=PICKER) if name == "role" else name for name in shown])
        return helper
