"""How one person signs in, and what can be mended of it here: password, address, second factor."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, TemplateView

from accounts.mfa import SECOND_FACTORS
from organizations import policies
from organizations.actions.mending import account_of, mend_address, mend_second_factor, send_password_reset
from organizations.forms.mending import AddressForm
from organizations.policies import Account, Decision, domain_of
from organizations.views.errors import add_errors
from organizations.views.people.base import PersonMixin


class SignInMixin(PersonMixin):
    page_name = "the page about how a person signs in"

    @cached_property
    def account(self) -> Account:
        return account_of(self.organization, self.person, domain_of(self.person.user.email))

    @cached_property
    def may_mend(self) -> Decision:
        return policies.may_mend(self.actor, self.person, self.account)

    @property
    def sign_in_url(self) -> str:
        return reverse("organizations:person_sign_in", args=[self.organization.slug, self.person.pk])


class SignInView(SignInMixin, TemplateView):
    """The address, whether a second factor is there, and who mends what."""

    template_name = "organizations/person_sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_reset=policies.may_send_reset(self.actor, self.person),
            may_mend=self.may_mend,
            **kwargs,
        )


class SendResetView(SignInMixin, FormView[Form]):
    """Has a link for a new password mailed to the person; whoever asks never sees it."""

    template_name = "organizations/person_confirm.html"
    form_class = Form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label, email = self.person.label, self.person.email
        return super().get_context_data(
            title=f"Send {label} a link for a new password?",
            refused=policies.may_send_reset(self.actor, self.person).reason,
            consequences=[
                {"icon": "mail-forward", "text": format_html("It goes to <b>{}</b>, and nobody else sees it.", email)},
                {"icon": "password", "text": "The present password works until a new one is chosen."},
                {"icon": "history", "text": f"The audit log of {self.organization} keeps that you sent it."},
            ],
            verb="Send the link",
            button="btn-primary",
            **kwargs,
        )

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            send_password_reset(actor=self.actor, membership=self.person)
        except ValidationError as mistake:
            return self.back(mistake.messages[0], messages.WARNING)
        said = "A link for a new password is on its way to <b>{}</b>. It works for 3 days."
        return self.back(format_html(said, self.person.email))


class MendView(SignInMixin, FormView[Any]):
    """What opens an account to somebody else asks for a recent sign-in of whoever does it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.may_mend:
            raise_if_reauthentication_required(request, app="account")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.may_mend.enforce()
        raise_if_reauthentication_required(request, app="account")
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"cancel_url": self.sign_in_url, "refused": self.may_mend.reason}
        return super().get_context_data(**context | kwargs)


class MendAddressView(MendView):
    template_name = "organizations/person_address.html"
    form_class = AddressForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proven = self.organization.domains.filter(proven_at__isnull=False).values_list("name", flat=True)
        return super().get_context_data(proven=list(proven[:10]), **kwargs)

    def form_valid(self, form: AddressForm) -> HttpResponse:
        try:
            changed = mend_address(actor=self.actor, membership=self.person, address=form.cleaned_data["address"])
        except ValidationError as mistakes:
            add_errors(form, ValidationError({"address": mistakes.error_list}))
            return self.form_invalid(form)
        if not changed:
            return self.back("That is the address already.", messages.INFO)
        said = "<b>{}</b> signs in with {} now, and was told at both addresses."
        return self.back(format_html(said, self.person.label, form.cleaned_data["address"].strip()))


class MendSecondFactorView(MendView):
    template_name = "organizations/person_confirm.html"
    form_class = Form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label, organization = self.person.label, self.organization
        required = f"{organization} requires one: until {label} sets up a new one, nothing opens here."
        there = Authenticator.objects.filter(user=self.person.user_id, type__in=SECOND_FACTORS).exists()
        refused = self.may_mend.reason or ("" if there else f"{label} has no second factor.")
        return super().get_context_data(
            title=f"Turn off the second factor of {label}?",
            consequences=[
                {"icon": "shield-off", "text": "Authenticator app, passkeys and recovery codes are gone for good."},
                {"icon": "logout", "text": f"{label} is signed out everywhere, and told by mail that you did it."},
                {"icon": "login", "text": "Until a new one is set up, the password alone signs in."},
                *([{"icon": "lock", "text": required}] if organization.two_factor_required else []),
            ],
            verb=f"Turn off the second factor of {label}",
            **{"refused": refused} | kwargs,
        )

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            taken = mend_second_factor(actor=self.actor, membership=self.person)
        except ValidationError as mistake:
            return self.back(mistake.messages[0], messages.WARNING)
        if not taken:
            return self.back(f"{self.person.label} has no second factor.", messages.INFO)
        return self.back(format_html("The second factor of <b>{}</b> is gone.", self.person.label))
