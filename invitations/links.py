"""The link in an invitation's mail: rebuilt whenever it is needed, never stored.

Two signatures under a key of its own: one binds the invitation's id and version to its address, the other the whole.
By the second alone a link is known as ours when the invitation has gone, and its address with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from invitations.models import Invitation

_ADDRESS = "invitations.link"
_WHOLE = "invitations.link.whole"


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
    claim = f"{invitation.pk.hex}.{invitation.version}"
    bound = f"{claim}.{_signer(_ADDRESS).signature(_bound_to(claim, invitation))}"
    return f"{bound}.{_signer(_WHOLE).signature(bound)}"


def opened_with(token: str) -> Opened | None:
    """The invitation that the token was signed for; None where it was forged, altered, or the invitation has gone."""
    if not was_made_here(token):
        return None
    key, version, signature, _ = token.split(".")
    invitation = Invitation.objects.select_related("organization", "role").filter(pk=UUID(hex=key)).first()
    if invitation is None or not _is_signed(_ADDRESS, _bound_to(f"{key}.{version}", invitation), signature):
        return None
    return Opened(invitation, int(version))


def was_made_here(token: str) -> bool:
    """Whether it is a link that was mailed from here, whatever became of its invitation since."""
    bound, _, signature = token.rpartition(".")
    return _is_signed(_WHOLE, bound, signature)


def _bound_to(claim: str, invitation: Invitation) -> str:
    return f"{claim}:{invitation.email}"


def _is_signed(salt: str, value: str, signature: str) -> bool:
    try:
        _signer(salt).unsign(f"{value}:{signature}")
    except BadSignature:
        return False
    return True


def _signer(salt: str) -> Signer:
    previous = [settings.INVITATION_KEY_PREVIOUS] if settings.INVITATION_KEY_PREVIOUS else []
    return Signer(key=settings.INVITATION_KEY, fallback_keys=previous, salt=salt)
