"""The link in an invitation's mail: rebuilt whenever it is needed, never stored.

It is a signature over the invitation's id, its version and its address, under a key of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from invitations.models import Invitation

_SALT = "invitations.link"


@dataclass(frozen=True)
class Opened:
    """What a link proves: which invitation, and which of its versions was mailed."""

    invitation: Invitation
    version: int

    @property
    def is_newest(self) -> bool:
        return self.version == self.invitation.version


def link_to(invitation: Invitation) -> str:
    """The whole address that goes into the mail."""
    path = reverse("invitations:open", args=[token_of(invitation)])
    return f"{settings.BASE_URL}{path}"


def token_of(invitation: Invitation) -> str:
    value = _value(invitation, invitation.version)
    return f"{invitation.pk.hex}.{invitation.version}.{_signer().signature(value)}"


def opened_with(token: str) -> Opened | None:
    """The invitation that the token was signed for; None where it was forged, altered or cut short."""
    parts = token.split(".")
    if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 9:
        return None
    try:
        invitation_id = UUID(hex=parts[0])
    except ValueError:
        return None
    invitation = Invitation.objects.select_related("organization", "role").filter(pk=invitation_id).first()
    if invitation is None:
        return None
    version = int(parts[1])
    try:
        _signer().unsign(f"{_value(invitation, version)}:{parts[2]}")
    except BadSignature:
        return None
    return Opened(invitation, version)


def _value(invitation: Invitation, version: int) -> str:
    return f"{invitation.pk.hex}:{version}:{invitation.email}"


def _signer() -> Signer:
    previous = [settings.INVITATION_KEY_PREVIOUS] if settings.INVITATION_KEY_PREVIOUS else []
    return Signer(key=settings.INVITATION_KEY, fallback_keys=previous, salt=_SALT)
