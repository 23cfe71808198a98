"""What becomes of invitations when something happens to their organization."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min
from django.dispatch import receiver

from audit.actors import SYSTEM, Actor
from audit.recording import record
from invitations import events
from invitations.actions.offering import withdraw
from invitations.models import Invitation, InvitationStatus
from organizations.models import Membership, Organization
from organizations.signals import member_removed, settling


@receiver(settling)
def expire_invitations(
    sender: Any, organization: Organization, at: datetime, limit: int | None, **kwargs: Any
) -> datetime | None:
    """Mark what is past its end and free its seats; answer when the next one ends."""
    lapsed = list(organization.invitations.lapsed(at).order_by("expires_at")[:limit])
    Invitation.objects.filter(pk__in=[one.pk for one in lapsed]).update(status=InvitationStatus.EXPIRED)
    organization.reserved_seats -= len(lapsed)
    for invitation in lapsed:
        record(
            events.EXPIRED,
            actor=SYSTEM,
            chain=organization.pk,
            target_id=invitation.pk,
            target_label=invitation.email,
            before={"status": InvitationStatus.PENDING.value},
            after={"status": InvitationStatus.EXPIRED.value},
        )
    first: datetime | None = organization.invitations.filter(status=InvitationStatus.PENDING).aggregate(
        first=Min("expires_at")
    )["first"]
    return first


@receiver(member_removed)
def withdraw_offers(
    sender: Any, organization: Organization, membership: Membership, actor: Actor, **kwargs: Any
) -> None:
    """Whoever has gone offers nothing any more."""
    offers = organization.invitations.filter(invited_by=membership.user_id, status=InvitationStatus.PENDING)
    withdraw(organization, list(offers), actor=actor, reason=f"{membership.label} left")
