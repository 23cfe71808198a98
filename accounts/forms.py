"""What people say about themselves."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User
from accounts.names import validate_name
from accounts.time_zones import find_time_zone


class SignupForm(forms.Form):
    """The fields that signing up asks for beside address and password; allauth puts them into its own form."""

    name = forms.CharField(
        label="Your name",
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # A script fills it in with the browser's zone; what no zone has is left at UTC.
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))

    field_order = ["name", "email", "password1", "time_zone"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.time_zone = find_time_zone(self.cleaned_data["time_zone"]) or "UTC"
        user.save(update_fields=["name", "time_zone"])


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["name", "job_title", "phone", "time_zone"]
        labels = {"name": "Name", "job_title": "Job title", "phone": "Phone", "time_zone": "Time zone"}
        help_texts = {
            "name": "As the people of your organizations see it.",
            "time_zone": "Type a city. All times are shown in it.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "job_title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
            "time_zone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True

    def clean_time_zone(self) -> str:
        zone = find_time_zone(self.cleaned_data["time_zone"])
        if zone is None:
            message = "Choose a time zone from the list."
            raise ValidationError(message, code="unknown_time_zone")
        return zone
