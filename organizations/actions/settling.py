"""Writes down what has lapsed. Whether something has lapsed is decided at read; this keeps status and counters true."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from audit.actors import SYSTEM
from audit.recording import record
from organizations import events, signals
from organizations.models import Membership, MembershipStatus, Organization


def settle(organization: Organization, *, at: datetime, limit: int | None = None) -> None:
    """Deactivate memberships past their end and let higher apps settle theirs; at most `limit` rows in all.

    `organization` is locked. Its `settles_at` becomes the next moment at which something lapses here.
    """
    lapsed = list(organization.memberships.lapsed(at).order_by("ends_at")[:limit])
    if lapsed:
        Membership.objects.filter(pk__in=[one.pk for one in lapsed]).update(status=MembershipStatus.DEACTIVATED)
        organization.active_members -= len(lapsed)
        organization.deactivated_members += len(lapsed)
    for membership in lapsed:
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
    moments = [moment for _, moment in answers if moment]
    if ends := organization.memberships.filter(status=MembershipStatus.ACTIVE).aggregate(first=Min("ends_at"))["first"]:
        moments.append(ends)
    organization.settles_at = min(moments, default=None)
    organization.save(update_fields=["active_members", "deactivated_members", "reserved_seats", "settles_at"])
