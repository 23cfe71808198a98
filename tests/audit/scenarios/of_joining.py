"""How people come in without an invitation."""

from __future__ import annotations

from typing import Any

from invitations.actions.answering import accept
from invitations.actions.asking import approve_request, ask_to_join, refuse_request, withdraw_request
from invitations.actions.join_links import make_link, revoke_link
from invitations.actions.joining import join, join_by_link
from invitations.actions.seats_freed import tell_of_free_seats
from invitations.actions.ways import close_way, open_way
from invitations.models import WayKind
from organizations.models import Organization
from tests.audit.telling import Cast, tells
from tests.factories import UserFactory, offer
from tests.invitations.letting_in import add_address, ask, come, let_in, link


def way(cast: Cast, kind: WayKind, role: str = "member") -> dict[str, Any]:
    return {"organization": cast.org, "kind": kind, "role": cast.role(role)}


@tells(open_way, "org way.opened")
def a_way_is_opened(cast: Cast) -> dict[str, Any]:
    return way(cast, WayKind.OPEN)


@tells(open_way, "org way.changed")
def a_way_is_changed(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "open")
    return way(cast, WayKind.OPEN, "viewer")


@tells(close_way, "org way.closed")
def a_way_is_closed(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "open")
    return {"organization": cast.org, "kind": WayKind.OPEN}


@tells(make_link, "org join_link.made")
def a_link_is_made(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "role": cast.role("member"), "uses": 5, "days": 7}


@tells(revoke_link, "org join_link.revoked")
def a_link_is_revoked(cast: Cast) -> dict[str, Any]:
    return {"link": link(cast.owner)}


@tells(join, "org member.joined_openly", by="stranger")
def somebody_joins(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "open")
    return {"user": cast.stranger, "organization": cast.org, "kind": WayKind.OPEN}


@tells(join, "org join_request.waits", by="stranger")
def somebody_waits_for_a_seat(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "open")
    seats(cast, 1)
    return {"user": cast.stranger, "organization": cast.org, "kind": WayKind.OPEN}


@tells(join_by_link, "org member.joined_by_link", by="stranger")
def somebody_joins_by_a_link(cast: Cast) -> dict[str, Any]:
    return {"user": cast.stranger, "link": link(cast.owner)}


@tells(join, "org member.joined_openly", "2 org invitation.revoked", by="stranger")
def somebody_who_is_invited_at_two_addresses_joins(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "open")
    is_invited(cast)
    add_address(cast.stranger, "second@example.org")
    offer(cast.owner, "second@example.org")
    return {"user": cast.stranger, "organization": cast.org, "kind": WayKind.OPEN}


@tells(join_by_link, "org member.joined_by_link", "org invitation.revoked", by="stranger")
def somebody_who_is_invited_joins_by_a_link(cast: Cast) -> dict[str, Any]:
    is_invited(cast)
    return {"user": cast.stranger, "link": link(cast.owner)}


@tells(ask_to_join, "org join_request.asked", by="stranger")
def somebody_asks(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "request", at_once=False)
    return {"user": cast.stranger, "organization": cast.org, "kind": WayKind.REQUEST, "message": "Hello"}


def asked(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "request", at_once=False)
    return {"asked": ask(cast.stranger, cast.org)}


@tells(withdraw_request, "org join_request.withdrawn", by="stranger")
def somebody_takes_it_back(cast: Cast) -> dict[str, Any]:
    return {"user": cast.stranger, **asked(cast)}


@tells(approve_request, "org join_request.approved", "org member.joined_by_request")
def a_request_is_approved(cast: Cast) -> dict[str, Any]:
    return {"user": cast.stranger, "role": cast.role("viewer"), **asked(cast)}


@tells(approve_request, "org join_request.approved", "org member.joined_by_request", "org invitation.revoked")
def a_request_of_somebody_who_is_invited_is_approved(cast: Cast) -> dict[str, Any]:
    is_invited(cast)
    return {"user": cast.stranger, "role": cast.role("viewer"), **asked(cast)}


@tells(refuse_request, "org join_request.refused")
def a_request_is_refused(cast: Cast) -> dict[str, Any]:
    return {"reason": "We are full.", **asked(cast)}


@tells(accept, "org member.joined", "org join_request.joined", by="stranger")
def somebody_who_asked_accepts_an_invitation(cast: Cast) -> dict[str, Any]:
    asked(cast)
    invitation = offer(cast.owner, cast.stranger.email)
    return {"user": cast.stranger, "invitation": invitation, "version": invitation.version}


@tells(accept, "org member.joined", "org invitation.revoked", by="stranger")
def somebody_who_is_invited_at_two_addresses_accepts_one(cast: Cast) -> dict[str, Any]:
    is_invited(cast)
    add_address(cast.stranger, "second@example.org")
    invitation = offer(cast.owner, "second@example.org")
    return {"user": cast.stranger, "invitation": invitation, "version": invitation.version}


@tells(tell_of_free_seats, "2 org join_request.seat_free", by="system", asks_nobody="the clock calls it")
def two_are_told_that_seats_are_free(cast: Cast) -> dict[str, Any]:
    let_in(cast.owner, "open")
    seats(cast, 1)
    for _ in range(2):
        come(UserFactory(), cast.org, "open")
    seats(cast, None)
    return {"organization": cast.org}


def is_invited(cast: Cast) -> None:
    offer(cast.owner, cast.stranger.email)


def seats(cast: Cast, number: int | None) -> None:
    Organization.objects.filter(pk=cast.org.pk).update(seat_limit=number)
