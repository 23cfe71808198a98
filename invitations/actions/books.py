"""What every action on invitations writes down in the same way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from invitations.models import Invitation, InvitationStatus
from organizations.models import Organization


def record_of(kind: EventKind, actor: Actor, invitation: Invitation, **changes: dict[str, Any]) -> None:
    record(
        kind,
        actor=actor,
        chain=invitation.organization_id,
        target_id=invitation.pk,
        target_label=invitation.email,
        **changes,
    )


def turn(
    invitations: Sequence[Invitation],
    to: InvitationStatus,
    *,
    of: Collection[InvitationStatus] = (InvitationStatus.PENDING,),
    **changes: Any,
) -> None:
    """The one conditional update of all of these; the organization's lock makes sure that it finds their rows."""
    rows = Invitation.objects.filter(id__among={one.pk for one in invitations}, status__in=of)
    if rows.update(status=to, **changes) != len(invitations):
        message = "Invitations were answered outside the organization's lock."
        raise RuntimeError(message)


def reloaded(organization: Organization, invitations: Sequence[Invitation]) -> list[Invitation]:
    """These invitations as they stand under the lock, in the order given, each once; of this organization only."""
    rows = organization.invitations.select_related("role").filter(id__among={one.pk for one in invitations})
    found = {row.pk: row for row in rows}
    for row in found.values():
        row.organization = organization
    return [found.pop(one.pk) for one in invitations if one.pk in found]


def reloaded_one(organization: Organization, invitation: Invitation) -> Invitation:
    """This invitation as it stands under the lock. Raises ValidationError (`gone`)."""
    found = reloaded(organization, [invitation])
    if not found:
        message = "This invitation no longer exists."
        raise ValidationError(message, code="gone")
    return found[0]


def alike(invitations: Sequence[Invitation]) -> list[tuple[Any, Any, list[Invitation]]]:
    """By end and next reminder: few differ, so that few statements change many."""
    found: dict[tuple[Any, Any], list[Invitation]] = {}
    for one in invitations:
        found.setdefault((one.expires_at, one.remind_at), []).append(one)
    return [(ends, remind, rows) for (ends, remind), rows in found.items()]
