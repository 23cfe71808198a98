"""Seats: how many are free, and who sets them."""

from __future__ import annotations

from audit.actors import Actor, ActorKind
from organizations.models import Organization
from organizations.policies.decisions import YES, Decision, no


def has_seats(organization: Organization, wanted: int) -> Decision:
    """Whether that many seats are free. Taken seats are kept under the organization's lock."""
    free = organization.seats_free
    if free is None or wanted <= free:
        return YES
    left = f"Only {free} of the {wanted} seats needed are free" if free else "No seat is free"
    mend = "Revoke an invitation, or ask the people who run Roster for more."
    return no(f"{left}: {organization} has {organization.seat_limit}. {mend}", "no_seat")


def may_set_seats(actor: Actor) -> Decision:
    return YES if actor.kind is ActorKind.STAFF else no("Only staff change seats.")
