"""Telling people that access is about to end."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.actions import current_act
from audit.actors import Actor
from organizations.actions.base import locked, settling_action
from organizations.actions.outcome import MOST_AT_ONCE
from organizations.emails import ending as emails
from organizations.models import Membership, Organization

LAST_NOTICE = timedelta(days=1)


@settling_action
def notice(*, actor: Actor, organization: Organization) -> bool:
    """Send the notices that are due here, those of one chunk of people. Answers whether there is more.

    Whom nobody told a week before, because the clock stood still or the end was set later, is told once, late.
    """
    act = current_act()
    organization = locked(organization)
    due = organization.memberships.unnoticed(act.now).select_related("role").order_by("ends_at", "id")
    people = list(due[:MOST_AT_ONCE])
    if not people:
        return False
    for days in (1, 7):
        told = [one for one in people if _days(one, act.now + LAST_NOTICE) == days]
        Membership.objects.filter(pk__in=[one.pk for one in told]).update(noticed_days=days)
        for one in told:
            one.noticed_days = days
    emails.send_notices(people)
    emails.send_digests(organization, people)
    return len(people) == MOST_AT_ONCE


def _days(membership: Membership, tomorrow: datetime) -> int:
    """Which notice it is: the one a day before, or the one a week before."""
    return 1 if membership.ends_at is not None and membership.ends_at <= tomorrow else 7
