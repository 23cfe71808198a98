"""Writes down what has lapsed. Whether something has lapsed is decided at read; this keeps status and counters true."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db.models import Min

from audit.actors import SYSTEM
from audit.recording import record
from organizations import events, signals
from organizations.models import Membership, MembershipStatus, Organization, TransferStatus


def settle(organization: Organization, *, at: datetime, limit: int | None = None) -> None:
    """Deactivate memberships past their end and let higher apps settle theirs; at most `limit` rows in all.

    `organization` is locked. Its `settles_at` becomes the next moment at which something lapses here.
    """
    lapsed = list(organization.memberships.lapsed(at).select_related("role").order_by("ends_at")[:limit])
    Membership.objects.filter(pk__in=[one.pk for one in lapsed]).update(status=MembershipStatus.DEACTIVATED)
    for membership in lapsed:
        organization.count_out(membership)
        membership.status = MembershipStatus.DEACTIVATED
        organization.count_in(membership)
        record(
            events.MEMBER_LAPSED,
            actor=SYSTEM,
            chain=organization.pk,
            target_id=membership.user_id,
            target_label=membership.label,
            before={"status": MembershipStatus.ACTIVE.value},
            after={"status": MembershipStatus.DEACTIVATED.value, "ends_at": str(membership.ends_at)},
        )
    left = None if limit is None else limit - len(lapsed)
    answers = signals.settling.send(Organization, organization=organization, at=at, limit=left)
    moments = [cast("datetime", moment) for _, moment in answers if moment]
    if lapsed:  # what they had open goes with their access, as when somebody takes it away
        people = organization.memberships.filter(pk__in=[one.pk for one in lapsed])
        signals.authority_changed.send(Membership, organization=organization, memberships=people, actor=SYSTEM)
    if ends := organization.memberships.filter(status=MembershipStatus.ACTIVE).aggregate(first=Min("ends_at"))["first"]:
        moments.append(ends)
    if transfer_ends := _settle_transfer(organization, at):
        moments.append(transfer_ends)
    organization.settles_at = min(moments, default=None)
    organization.save_counters()


def _settle_transfer(organization: Organization, at: datetime) -> datetime | None:
    """Write down that an offer of ownership has ended; answers when the open one ends."""
    for transfer in organization.transfers.lapsed(at):
        transfer.status = TransferStatus.EXPIRED
        transfer.save(update_fields=["status"])
        record(
            events.OWNERSHIP_EXPIRED,
            actor=SYSTEM,
            chain=organization.pk,
            target_id=transfer.to_user_id,
            target_label=transfer.to_label,
            before={"status": TransferStatus.PENDING.value},
            after={"status": TransferStatus.EXPIRED.value},
        )
    still_open = organization.transfers.open(at).first()
    return still_open.expires_at if still_open else None
