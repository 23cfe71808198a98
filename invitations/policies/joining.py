"""Who may let people join without an invitation, and who may join. Pure: loaded objects, the actor and the time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.actors import Actor, ActorKind
from invitations.models import JoinLink, JoinRequest, JoinStatus, WayIn, WayKind
from organizations.models import Membership, MembershipStatus, Organization, Role
from organizations.policies import YES, Decision, allowed_domain, domain_of, has_seats, holds, may_give, no

MOST_USES = 1_000
LONGEST_LINK = 90  # days
MOST_LINKS = 50  # open ones of one organization
REFUSED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Comer:
    """What is known of somebody who wants to come in; `addresses` are the verified ones of their account.

    `has_reserved`: where seats are limited, an open invitation to one of these addresses reserves one.
    """

    is_active: bool
    addresses: frozenset[str]
    two_factor: bool
    membership: Membership | None
    has_reserved: bool = False


def may_let_in(actor: Actor, organization: Organization, role: Role) -> Decision:
    """Whether people may come in with that role in the actor's name: it needs what inviting needs, and never owns.

    Asked when a way is opened, and again of whoever opened it, with what they hold then, whenever somebody comes.
    """
    if actor.kind is not ActorKind.MEMBER:
        return no("Only a person of the organization lets others join.", "not_a_person")
    if role.owns:
        return no(f"Nobody becomes {role.label} without being asked by name.", "by_name")
    return holds(actor, "invitations.create") and may_give(actor, role, organization)


def may_switch_ways(actor: Actor) -> Decision:
    """Whether the actor may close a way; to open one they need to be able to let people in, too."""
    return holds(actor, "organization.update")


def may_make_link(
    actor: Actor, organization: Organization, role: Role, *, uses: int, days: int, links: int
) -> Decision:
    """`links`: how many are open already."""
    if not (allowed := may_let_in(actor, organization, role)):
        return allowed
    if not 1 <= uses <= MOST_USES:
        return no(f"A link is for 1 to {MOST_USES:,} people.", "uses")
    if not 1 <= days <= LONGEST_LINK:
        return no(f"A link is open for 1 to {LONGEST_LINK} days.", "days")
    if links >= MOST_LINKS:
        return no(f"{MOST_LINKS} links are open already. Revoke one first.", "too_many")
    return YES


def may_revoke_link(actor: Actor) -> Decision:
    return holds(actor, "invitations.delete")


def link_is_open(link: JoinLink, at: datetime) -> Decision:
    organization = link.organization
    if link.revoked_at is not None:
        return no(f"This link was taken back. Ask {organization} for a new one.", "revoked")
    if link.ends_at <= at:
        return no(f"This link has ended. Ask {organization} for a new one.", "ended")
    if link.left <= 0:
        return no(f"As many people have joined with this link as it was for. Ask {organization} for a new one.", "used")
    return YES


def stands(offer: WayIn | JoinLink, opener: Actor | None, role: Role | None = None) -> Decision:
    """Whether it may still be offered in its opener's name, with that role or its own; None where they have gone."""
    if opener is not None and may_let_in(opener, offer.organization, role or offer.role):
        return YES
    return no(f"{offer.opener_label} may no longer offer this. Ask {offer.organization} for an invitation.", "opener")


def opener_gives(way: WayIn, opener: Actor | None, role: Role) -> Decision:
    """The same of a role that somebody answers a request with, and written for them."""
    if stands(way, opener, role):
        return YES
    whose, anew = f"{way.opener_label} switched this way to join on", "in your own name under Settings, Joining."
    if opener is None:
        return no(f"{whose} and lets nobody in any more. Switch it on {anew}", "opener")
    return no(f"{whose} and may not give this role. Choose another one, or switch it on {anew}", "opener")


def may_come(organization: Organization, comer: Comer) -> Decision:
    """Whether the person can become a member at all, whichever way they come; the sentences are written for them."""
    if not comer.is_active:
        return no("This account is not active.", "not_active")
    if comer.membership is not None and comer.membership.status == MembershipStatus.DEACTIVATED:
        return no(f"Your access to {organization} was deactivated. Ask someone who runs the team.", "deactivated")
    if comer.membership is not None:
        return no(f"You already belong to {organization}.", "already_member")
    if not comer.addresses:
        return no("Confirm an email address of yours first, with the mail that we sent there.", "unverified")
    decisions = [allowed_domain(organization, address) for address in sorted(comer.addresses)]
    if not any(decisions):
        return no(f"{decisions[0].reason} Add such an address to your account and confirm it.", "domain")
    if organization.two_factor_required and not comer.two_factor:
        return no(f"{organization} asks a second factor of everyone. Set one up for your account first.", "two_factor")
    return YES


def fits_way(way: WayIn, comer: Comer, proven: Collection[str]) -> Decision:
    """Whether this way is one for the person. `proven`: of the domains of their addresses, those proven here."""
    if way.kind != WayKind.DOMAIN or any(domain_of(address) in proven for address in comer.addresses):
        return YES
    return no(f"None of your confirmed addresses is at a domain of {way.organization}.", "no_address")


def may_join_at_once(way: WayIn) -> Decision:
    return YES if way.at_once else no(f"To join {way.organization}, ask first.", "ask")


def may_ask(way: WayIn, refused_at: datetime | None, at: datetime) -> Decision:
    """Whether people ask here. `refused_at`: when the person was refused last."""
    if way.at_once:
        return no(f"There is nothing to ask: you can join {way.organization} at once.", "at_once")
    if refused_at is not None and at - refused_at < REFUSED_FOR:
        left = -((at - refused_at - REFUSED_FOR) // timedelta(days=1))  # a part of a day is one
        wait = "1 day" if left == 1 else f"{left} days"
        return no(f"You were refused a short while ago. You can ask again in {wait}.", "refused")
    return YES


def has_seat(organization: Organization, role: Role, comer: Comer | None) -> Decision:
    """Whether there is a seat for the person: that of their own invitation, or a free one."""
    if not role.takes_seat or (comer is not None and comer.has_reserved):
        return YES
    return has_seats(organization, 1)


def may_answer_requests(actor: Actor) -> Decision:
    return holds(actor, "invitations.create")


def is_unanswered(asked: JoinRequest) -> Decision:
    if asked.status == JoinStatus.PENDING:
        return YES
    if asked.status in (JoinStatus.APPROVED, JoinStatus.REFUSED):
        verb = JoinStatus(asked.status).label.lower()
        return no(f"{asked.answerer_label} has {verb} the request of {asked.user.label} already.", "answered")
    if asked.status == JoinStatus.WAITING:
        return no(f"{asked.user.label} needs no answer, and joins as soon as a seat is free.", "answered")
    verb = "has joined meanwhile" if asked.status == JoinStatus.JOINED else "took the request back"
    return no(f"{asked.user.label} {verb}.", "answered")


def may_be_let_in(asked: JoinRequest, comer: Comer) -> Decision:
    """The same as `may_come`, written for whoever answers."""
    decision = may_come(asked.organization, comer)
    if decision:
        return YES
    label, organization = asked.user.label, asked.organization
    said = {
        "not_active": f"The account of {label} is not active.",
        "deactivated": f"{label} belongs to {organization} and was deactivated. Reactivate their access instead.",
        "already_member": f"{label} already belongs to {organization}.",
        "unverified": f"{label} has no confirmed address any more.",
        "domain": f"{label} has no address at a domain whose people may belong to {organization}.",
        "two_factor": f"{organization} asks a second factor of everyone, and {label} has none yet.",
    }
    return no(said[decision.code], decision.code)
