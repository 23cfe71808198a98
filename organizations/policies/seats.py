"""What a plan allows: seats, new addresses; and who sets it."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.actors import Actor, ActorKind
from organizations.models import Organization
from organizations.policies.decisions import YES, Decision, no

BETWEEN_REQUESTS = timedelta(days=1)


def has_seats(organization: Organization, wanted: int) -> Decision:
    """Whether that many seats are free. Taken seats are kept under the organization's lock."""
    free = organization.seats_free
    if free is None or wanted <= free:
        return YES
    verb = "is" if free == 1 else "are"
    left = f"Only {free:,} of the {wanted:,} seats needed {verb} free" if free else "No seat is free"
    mend = "Revoke an invitation, or ask for more under Settings, Plan."
    return no(f"{left}: {organization} has {organization.seat_limit:,}. {mend}", "no_seat")


def may_invite_new(organization: Organization, wanted: int) -> Decision:
    """Whether that many addresses may be invited that never were. Those that were are kept under the lock."""
    left = organization.invitable
    if left is None or wanted <= left:
        return YES
    noun = "address" if left == 1 else "addresses"
    few = f"Only {left:,} more new {noun} may be invited" if left else "No new address may be invited any more"
    mend = "Ask for more under Settings, Plan."
    return no(f"{few}: {organization} may invite {organization.trial_cap:,} in all. {mend}", "trial_cap")


def is_more(organization: Organization, limit: int | None, wanted: int | None) -> Decision:
    """Whether so many are more than the plan allows now; None on either side says nothing against it."""
    if limit is None or wanted is None or wanted > limit:
        return YES
    return no(f"The plan of {organization} has {limit:,} already. Type a larger number.", "not_more")


def may_set_plan(actor: Actor) -> Decision:
    return YES if actor.kind is ActorKind.STAFF else no("Only staff change a plan.")


def may_ask_for_larger_plan(
    organization: Organization, seats: int | None, addresses: int | None, at: datetime
) -> Decision:
    """Whether those who run Roster can be asked for so many seats or new addresses; None asks for none."""
    if not seats and not addresses:
        return no("Say how many you need.", "nothing_asked")
    asked = organization.more_asked_at
    if asked is not None and at - asked < BETWEEN_REQUESTS:
        return no("This was asked within the last day already. Those who run Roster have the mail.", "asked_already")
    return YES
