"""Which links a browser has opened: ids and versions in the session, never the token."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from invitations.models import Invitation

_KEY = "invitations"
_MOST = 10


def remember(request: HttpRequest, invitation: Invitation, version: int) -> None:
    opened = dict(request.session.get(_KEY, {}))
    opened.pop(invitation.pk.hex, None)
    opened[invitation.pk.hex] = version
    request.session[_KEY] = dict(list(opened.items())[-_MOST:])


def version_opened(request: HttpRequest, invitation_id: UUID) -> int | None:
    """The version whose link this browser opened last, or None."""
    version = request.session.get(_KEY, {}).get(invitation_id.hex)
    return version if isinstance(version, int) else None


def invitations_opened(request: HttpRequest) -> list[Invitation]:
    """The invitations whose newest link this browser opened, as far as they still stand."""
    opened = request.session.get(_KEY, {})
    if not opened:
        return []
    found = Invitation.objects.pending(timezone.now()).filter(pk__in=[UUID(hex=key) for key in opened])
    return [one for one in found if opened[one.pk.hex] == one.version]
