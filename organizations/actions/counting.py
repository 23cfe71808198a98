"""The counters that pages show, checked against a count."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db.models import Count, Q

from audit.actors import Actor
from organizations import signals
from organizations.actions.base import locked, settling_action
from organizations.models import Counted, Headcount, Organization


@settling_action
def recount(*, actor: Actor, organization: Organization) -> list[str]:
    """Make the counters what a count says, and answer what was wrong, in words; nothing of it is a change to a team."""
    organization = locked(organization)
    counted = _counted(organization)
    total = Counted()
    for each in counted.values():
        total = total.plus(each)
    seatless = organization.memberships.filter(status="active", role__takes_seat=False).count()
    true = {
        "active_members": total.active,
        "deactivated_members": total.deactivated,
        "seatless_members": seatless,
        "reserved_seats": total.invited,
    }
    wrong = [
        f"{name} was {getattr(organization, name)} and is {count}"
        for name, count in true.items()
        if getattr(organization, name) != count
    ]
    kept = {row.role_id: Counted(row.active, row.deactivated, row.invited) for row in organization.headcounts.all()}
    wrong += [
        f"role {role} had {tuple(kept.get(role, Counted()))} and has {tuple(counted.get(role, Counted()))}"
        for role in kept.keys() | counted.keys()
        if kept.get(role, Counted()) != counted.get(role, Counted())
    ]
    if wrong:
        for name, count in true.items():
            setattr(organization, name, count)
        organization.save_counters()
        organization.headcounts.all().delete()
        Headcount.objects.bulk_create(
            Headcount(organization=organization, role_id=role, **each._asdict()) for role, each in counted.items()
        )
    return wrong


def _counted(organization: Organization) -> dict[UUID | None, Counted]:
    """By the role's id: a count of the rows."""
    rows = organization.memberships.order_by().values_list("role")
    found: dict[UUID | None, Counted] = {
        role: Counted(active, deactivated)
        for role, active, deactivated in rows.annotate(
            active=Count("pk", filter=Q(status="active")), deactivated=Count("pk", filter=Q(status="deactivated"))
        )
    }
    for _, answer in signals.counting.send(Organization, organization=organization):
        for role, invited in cast("dict[UUID | None, int]", answer).items():
            found[role] = found.get(role, Counted()).plus(Counted(invited=invited))
    return found
