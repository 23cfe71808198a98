"""Who of those that somebody wants to invite can be invited, and what is to be said of each of the others.

The page that shows it before sending and the action that sends ask the same here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection

from accounts.addresses import normalise
from audit.actors import Actor
from invitations import policies
from invitations.models import Bucket, InvitationStatus
from invitations.offers import Offer
from organizations.among import among_texts, as_list, as_stored
from organizations.models import MembershipStatus, Organization
from organizations.policies import Decision, allowed_domain, has_seats, may_invite_new

TOO_OFTEN = "This address got several invitations today. Try again tomorrow."


class Sorted(NamedTuple):
    """`email` is the address as it is stored; '' where it is none. `is_new`: this organization never invited it.

    `lacks_permission`: what is offered is not the actor's to give.
    """

    offer: Offer
    email: str
    bucket: Bucket
    reason: str = ""
    is_new: bool = False
    lacks_permission: bool = False


@dataclass
class _Known:
    """What the organization's books say of these addresses."""

    too_often: Collection[str]
    members: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)
    ever_invited: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)


def sort_offers(
    organization: Organization,
    actor: Actor,
    offers: Sequence[Offer],
    *,
    at: datetime,
    too_often: Collection[str] = (),
) -> list[Sorted]:
    """Each in the order given. `too_often`: the addresses that were mailed enough for today."""
    spelled = [_spelled(offer.address) for offer in offers]
    known = _look_up(organization, {email for email, _ in spelled if email}, too_often, actor)
    asked = _Asked(organization, actor, at)
    seen: set[str] = set()
    found: list[Sorted] = []
    for offer, (email, mistake) in zip(offers, spelled, strict=True):
        bucket, reason = (Bucket.MALFORMED, mistake) if mistake else _sort(organization, email, known, seen)
        lacks = False
        if bucket is Bucket.READY:
            decision = asked.of(offer)
            if not decision:
                bucket, reason, lacks = Bucket.ROLE, decision.reason, decision.lacks_permission
        found.append(Sorted(offer, email, bucket, reason, email not in known.ever_invited, lacks))
        seen.add(email)
    return _as_many_as_fit(organization, found)


def _spelled(address: str) -> tuple[str, str]:
    try:
        return normalise(address), ""
    except ValidationError as mistake:
        return "", mistake.messages[0]


# One question of four tables, in SQL: put together by the ORM it took five times as long as its answer (decision 23).
_BOOKS = """
    SELECT 'member', account.email, member.status, member.user_id = %(actor)s
    FROM organizations_membership member JOIN accounts_user account ON account.id = member.user_id
    WHERE member.organization_id = %(organization)s AND account.email {among}
    UNION ALL
    SELECT 'offer', email, status, NULL FROM invitations_invitation
    WHERE organization_id = %(organization)s AND email {among}
    UNION ALL
    SELECT 'refusal', email, '', NULL FROM invitations_refusal
    WHERE (organization_id = %(organization)s OR organization_id IS NULL) AND email {among}
    UNION ALL
    SELECT 'own', email, '', NULL FROM account_emailaddress
    WHERE user_id = %(actor)s AND verified AND email {among}
"""


def _look_up(organization: Organization, emails: set[str], too_often: Collection[str], actor: Actor) -> _Known:
    """Each row says which table it is of, an address, a status, and whether that member is the actor."""
    known = _Known(too_often)
    ids = {"organization": as_stored(organization.pk), "actor": as_stored(actor.id)}
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS.format(among=among_texts("emails")), {**ids, "emails": as_list(emails)})
        for table, email, status, is_actor in cursor.fetchall():
            if table == "member":
                known.members[email] = status
                known.own |= {email} if is_actor else set()
            elif table == "offer":
                known.ever_invited.add(email)
                known.invited |= {email} if status == InvitationStatus.PENDING else set()
            elif table == "own":
                known.own.add(email)
            else:
                known.refusing.add(email)
    return known


def _sort(organization: Organization, email: str, known: _Known, seen: Collection[str]) -> tuple[Bucket, str]:
    """What stands against an address, whatever it is offered."""
    if email in seen:
        return Bucket.TWICE, "It stands here more than once."
    if email in known.own:
        return Bucket.OWN, "This is your own address."
    if (status := known.members.get(email)) is not None:
        if status == MembershipStatus.DEACTIVATED:
            return Bucket.DEACTIVATED, f"This person is deactivated in {organization}. Reactivate them instead."
        return Bucket.MEMBER, f"This person belongs to {organization} already."
    if email in known.invited:
        return Bucket.INVITED, "This address is invited already. Send that invitation again instead."
    if email in known.refusing:
        return Bucket.REFUSED, "Whoever has this address asked for no more invitations."
    if not (domain := allowed_domain(organization, email)):
        return Bucket.DOMAIN, domain.reason
    if email in known.too_often:
        return Bucket.TOO_OFTEN, TOO_OFTEN
    return Bucket.READY, ""


class _Asked:
    """What the policies say of a role with its end and groups, asked once for all to whom the same is offered."""

    def __init__(self, organization: Organization, actor: Actor, at: datetime) -> None:
        self.organization, self.actor, self.at = organization, actor, at
        self.said: dict[tuple[object, ...], Decision] = {}

    def of(self, offer: Offer) -> Decision:
        key = (offer.role.id, offer.access_ends_at, *[group.id for group in offer.groups])
        if key not in self.said:
            self.said[key] = (
                policies.may_invite(self.actor, self.organization, offer.role)
                and policies.may_end(offer.role, offer.access_ends_at, self.at)
                and policies.may_offer_places(self.actor, offer.role, offer.groups)
            )
        return self.said[key]


def _as_many_as_fit(organization: Organization, found: list[Sorted]) -> list[Sorted]:
    """The first of those that are ready get the seats and the new addresses that are left."""
    seats, new = organization.seats_free, organization.invitable
    if seats is None and new is None:
        return found
    ready = [one for one in found if one.bucket is Bucket.READY]
    no_seat = has_seats(organization, len(ready))
    no_address = may_invite_new(organization, sum(one.is_new for one in ready))
    for place, one in enumerate(found):
        if one.bucket is not Bucket.READY:
            continue
        if seats == 0 and not one.offer.has_seat:
            found[place] = one._replace(bucket=Bucket.NO_SEAT, reason=no_seat.reason)
        elif new == 0 and one.is_new:
            found[place] = one._replace(bucket=Bucket.CAP, reason=no_address.reason)
        else:
            seats = seats and seats - 1
            new = new if new is None or not one.is_new else new - 1
    return found
