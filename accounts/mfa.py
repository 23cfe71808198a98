"""How second factors are named, and how their secrets are kept."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from accounts.models import User

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted in the database: a copy of it opens no account that has a second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "This second factor cannot be removed.",
        "cannot_generate_recovery_codes": "Recovery codes need a second factor first.",
        "incorrect_code": "This code is not right, or it is too old.",
        "unverified_email": "Confirm your address first, or remove the one that is not confirmed.",
    }

    def is_mfa_enabled(self, user: User, types: list[str] | None = None) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        enabled: bool = super().is_mfa_enabled(user, types=types or SECOND_FACTORS)
        return enabled

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return "My passkey" if count == 0 else f"Passkey {count + 1}"


def _cipher() -> MultiFernet:
    """The cipher of the secret key, which also reads what the keys before it wrote."""
    return MultiFernet([Fernet(_key(str(secret))) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"second factors" + secret.encode()).digest())
