"""Telling those who wait for a seat that one is free: as many as there are seats, in the order in which they came."""

from __future__ import annotations

from datetime import timedelta

from audit.actions import current_act
from audit.actors import Actor
from invitations import join_emails as emails
from invitations import join_events as events
from invitations import policies
from invitations.actions.joining import record_request
from invitations.actions.openers import comer, opener_of, proven_domains
from invitations.models import JoinLink, JoinRequest, WayIn, WayKind
from organizations.actions.base import action, locked
from organizations.actions.outcome import MOST_AT_ONCE
from organizations.models import Organization

# A seat is kept for nobody; but so long the next in line are not called for the seats of those who were.
TURN = timedelta(days=2)


@action
def tell_of_free_seats(*, actor: Actor, organization: Organization) -> int:
    """Tell them, each once while seats stay free; how many were told.

    Where none is free any more, nobody counts as told: when the next one is, they are told again.
    """
    act = current_act()
    organization = locked(organization)
    waiting = organization.join_requests.waiting()
    free = organization.seats_free
    if free == 0:
        waiting.exclude(told_at=None).order_by().update(told_at=None)
        return 0
    called = waiting.filter(told_at__gt=act.now - TURN).count()
    room = MOST_AT_ONCE if free is None else min(MOST_AT_ONCE, free - called)
    told: list[JoinRequest] = []
    for asked in waiting.filter(told_at=None).select_related("user", "link__role")[:MOST_AT_ONCE]:
        asked.organization = organization
        if len(told) >= room:
            break
        if asked.user.is_active and _still_offered(asked):
            told.append(asked)
    for asked in told:
        asked.told_at = act.now
        asked.save(update_fields=["told_at"])
        record_request(events.SEAT_FREE, actor, asked)
    emails.send_seat_free(told)
    return len(told)


def _still_offered(asked: JoinRequest) -> bool:
    """Whether the way that they came by still leads somewhere, and is still one for them."""
    offer = _offer_of(asked)
    if offer is None:
        return False
    offer.organization = asked.organization
    if isinstance(offer, JoinLink) and not policies.link_is_open(offer, current_act().now):
        return False
    return bool(policies.stands(offer, opener_of(offer))) and _fits(offer, asked)


def _fits(offer: WayIn | JoinLink, asked: JoinRequest) -> bool:
    """Whether the person still has an address at a proven domain, where that is what they came by."""
    if isinstance(offer, JoinLink) or offer.kind != WayKind.DOMAIN:
        return True
    person = comer(asked.organization, asked.user)
    return bool(policies.fits_way(offer, person, proven_domains(asked.organization, person)))


def _offer_of(asked: JoinRequest) -> WayIn | JoinLink | None:
    if asked.via == WayKind.LINK:
        return asked.link
    way: WayIn | None = asked.organization.ways_in.select_related("role").filter(kind=asked.via, at_once=True).first()
    return way
