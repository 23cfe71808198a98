"""How the sign-in pages write mail, read addresses and speak."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import filter_users_by_email
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts import emails, events
from accounts.actions import note
from accounts.addresses import normalise
from accounts.models import User
from audit.actors import SYSTEM
from audit.middleware import address_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Every mail goes to the outbox by its ids; keys and links are made when it is sent."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is deactivated.",
        "cannot_remove_primary_email": "This is your main address. Make another one your main address first.",
        "duplicate_email": "This address is yours already.",
        "email_password_mismatch": "This address and this password do not belong together.",
        "enter_current_password": "This is not your current password.",
        "incorrect_code": "This code is not right, or it is too old.",
        "incorrect_password": "This is not your password.",
        "invalid_password_reset": "This link is not valid any more.",
        "max_email_addresses": "An account has at most %d addresses.",
        "rate_limited": "That was too many tries. Wait a few minutes.",
        "same_as_current": "This is what it is already.",
        "too_many_login_attempts": "That was too many tries. Wait five minutes, or ask for a new password.",
        "unverified_primary_email": "Confirm this address before you make it your main one.",
    }

    def clean_email(self, email: str) -> str:
        return normalise(email)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        if not get_authentication_records(request, user):
            record_authentication(request, user, method="signup")  # came by the mailed link, right after signing up

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A deactivated account stays shut, by whatever is right of it: that is a failed sign-in too."""
        note(actor=SYSTEM, user=user, kind=events.SIGN_IN_FAILED)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that events name too; allauth's own way answers 500 to whoever comes past a proxy."""
        address = address_of(request)
        if address is None:
            message = "Roster cannot tell where this comes from."
            raise PermissionDenied(message)
        return address

    def is_safe_url(self, url: str | None) -> bool:
        """An address that cannot be read is none to follow; allauth's own way answers 500 to it."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago is not asked again; allauth alone would only count a second time."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix != "account/email/unknown_account":
            message = f"The mail {template_prefix} has no place in the outbox."
            raise NotImplementedError(message)
        emails.send_unknown_account(email)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC, signup: bool
    ) -> None:
        emails.send_confirmation(emailconfirmation.email_address)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        emails.send_password_reset(user, email)

    def send_account_already_exists_mail(self, email: str) -> None:
        emails.send_account_exists(email)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        app, _, fact = template_prefix.partition("/email/")
        if app == "account":  # of second factors the receivers tell, in the transaction of the change
            emails.send_notice(fact, user, to=email or "", **(context or {}))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        for user in filter_users_by_email(credentials.get("email", "")):
            note(actor=SYSTEM, user=user, kind=events.SIGN_IN_FAILED, after={"method": "password"})
