"""The link with which people join: rebuilt whenever it is shown, never stored.

It is a signature over its id, under the key of invitations with a salt of its own.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.urls import reverse

from invitations.models import JoinLink

_SALT = "invitations.join_link"
_KEY = "join_links"
_MOST = 10


def address_of(link: JoinLink) -> str:
    """The whole address that people pass on."""
    return f"{settings.BASE_URL}{reverse('invitations:join_open', args=[token_of(link)])}"


def token_of(link: JoinLink) -> str:
    return f"{link.pk.hex}.{_signer().signature(link.pk.hex)}"


def link_of(token: str) -> JoinLink | None:
    """The link that the token was signed for; None where it was forged, altered or cut short."""
    key, dot, signature = token.partition(".")
    if not dot or len(key) != 32 or not signature.isascii():
        return None
    try:
        link_id = UUID(hex=key)
        _signer().unsign(f"{link_id.hex}:{signature}")
    except (ValueError, BadSignature):
        return None
    return JoinLink.objects.filter(pk=link_id).first()


def remember(request: HttpRequest, link: JoinLink) -> None:
    """The link's id, never its token: its page opens in this browser from now on."""
    opened = [one for one in request.session.get(_KEY, []) if one != link.pk.hex]
    request.session[_KEY] = [*opened, link.pk.hex][-_MOST:]


def was_opened(request: HttpRequest, link_id: UUID) -> bool:
    return link_id.hex in request.session.get(_KEY, [])


def links_opened(request: HttpRequest) -> list[UUID]:
    return [UUID(hex=one) for one in request.session.get(_KEY, [])]


def _signer() -> Signer:
    previous = [settings.INVITATION_KEY_PREVIOUS] if settings.INVITATION_KEY_PREVIOUS else []
    return Signer(key=settings.INVITATION_KEY, fallback_keys=previous, salt=_SALT)
