"""allauth's forms in our words: a label says what a field is, so that none needs a placeholder."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal.auth import extract_user_from_response
from django.contrib.auth.hashers import make_password
from django.forms import BaseForm, CharField, HiddenInput, JSONField
from django.http import HttpRequest, HttpResponse

from accounts import events
from accounts.actions import give_way, note
from accounts.actors import oneself
from accounts.addresses import normalise
from accounts.models import User
from accounts.names import validate_name
from audit.actors import SYSTEM, Actor, ActorKind

LABELS = {
    "oldpassword": "Current password",
    "password1": "New password",
    "password2": "New password again",
    "remember": "Keep me signed in on this device",
    "code": "Code",
    "passwordless": "Let it sign me in alone, without a password",
}
HINTS = {
    "password": "",
    "oldpassword": "",
    "password1": "At least 10 characters. A few words in a row are easy to keep in mind.",
    "passwordless": "Your device then asks for your face, finger or PIN each time.",
}


class PlainFields(BaseForm):
    """Takes placeholders away and puts our labels and hints in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, field.help_text)


class LoginForm(PlainFields, account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["remember"].initial = True


class SignupForm(PlainFields, account.SignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "Password"

    def validate_unique_email(self, value: str) -> str:
        # allauth also counts addresses that others only named: anybody could keep a stranger from signing up.
        self.account_already_exists = User.objects.with_address(value).exists()
        return value

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        email = self.cleaned_data["email"]
        if self.account_already_exists and get_adapter(request).is_email_verified(request, email):
            # Who came by a mailed link reads this address's mail; whoever signed up with it before only named it.
            for squatter in User.objects.never_opened(email):
                give_way(actor=Actor(kind=ActorKind.INVITEE, label=email), user=squatter)
            self.validate_unique_email(email)
        if self.account_already_exists:
            # A new account's password is hashed: without the same work here, the time would tell who has an account.
            make_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


class AddEmailForm(PlainFields, account.AddEmailForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(PlainFields, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(PlainFields, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(PlainFields, account.ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        email: str = super().clean_email()
        # Never into the account of somebody who only named this address: its reader would take it for their own.
        theirs = set(User.objects.with_address(normalise(email)))
        self.users: list[User] = [user for user in self.users if user in theirs]
        return email


class ResetPasswordKeyForm(PlainFields, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(PlainFields, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class AuthenticateForm(PlainFields, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateByCodeForm(PlainFields, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTOTPForm(PlainFields, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass


class CredentialField(JSONField):
    """What a passkey answered. It is good for once: a page that comes back never repeats it, whatever it held."""

    widget = HiddenInput

    def prepare_value(self, value: object) -> str:
        return ""


class ReadsCredential(BaseForm):
    """Refuses an answer that no passkey gives, where the reader of such answers would break."""

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            self.cleaned_data = {}
            self.add_error("credential", "This is not what a passkey answers. Try again.")


class TellsOfFailure(ReadsCredential):
    """A passkey that is not taken is a failed sign-in; allauth tells of codes alone."""

    user: User | None

    def full_clean(self) -> None:
        super().full_clean()
        user = self.whose()
        if self.is_bound and self.errors and user:
            note(actor=SYSTEM, user=user, kind=events.SIGN_IN_FAILED, after={"method": "passkey"})

    def whose(self) -> User | None:
        """The account that somebody tried to get into; None where the answer names none."""
        return self.user


class LoginWebAuthnForm(TellsOfFailure, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()
    _named: User | None = None

    def clean_credential(self) -> Authenticator:
        # Only what the answer says of itself, as is the address that comes with a password.
        self._named = extract_user_from_response(self.cleaned_data["credential"])
        authenticator: Authenticator = super().clean_credential()
        return authenticator

    def whose(self) -> User | None:
        return self._named


class AuthenticateWebAuthnForm(TellsOfFailure, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()


class ReauthenticateWebAuthnForm(TellsOfFailure, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()


class AddWebAuthnForm(ReadsCredential, PlainFields, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    name = CharField(label="Name", max_length=100, required=False, validators=[validate_name])
    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class EditWebAuthnForm(PlainFields, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey; neither allauth nor its row tells of that."""

    name = CharField(label="Name", max_length=100, validators=[validate_name])

    def save(self) -> Authenticator:
        before = self.instance.wrap().name
        renamed: Authenticator = super().save()
        after = renamed.wrap().name
        if after != before:
            user = renamed.user
            note(
                actor=oneself(user),
                user=user,
                kind=events.PASSKEY_RENAMED,
                before={"name": before},
                after={"name": after},
            )
        return renamed
