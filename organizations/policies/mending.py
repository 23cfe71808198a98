"""Who may mend how somebody else signs in. The account is its person's; little of it is an organization's to change."""

from __future__ import annotations

from dataclasses import dataclass

from audit.actors import Actor, ActorKind
from organizations.models import Membership
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.domains import allowed_domain
from organizations.policies.grants import holds
from organizations.policies.members import is_oneself, may_touch

STAFF_MEND = "Ask the people who run Roster to mend it."


@dataclass(frozen=True)
class Account:
    """What is known of the person's account: whether this is its sole membership, and which domains are proven here.

    `proven` holds, of the domains that are asked about, those that this organization has proven to be its own.
    """

    sole: bool
    proven: frozenset[str]


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def may_send_reset(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may have a link sent with which the person chooses a new password."""
    if not (held := holds(actor, "members.update")):
        return held
    if is_oneself(actor, membership):
        return no("You ask for a new password of your own on the page that signs you in.", "oneself")
    if not membership.user.is_active:
        return no(f"The account of {membership.label} is deactivated. {STAFF_MEND}", "not_active")
    return may_touch(actor, membership)


def may_mend(actor: Actor, membership: Membership, account: Account) -> Decision:
    """Whether the actor may change the sign-in address of the person's account, or take its second factor away."""
    label, organization = membership.label, membership.organization
    if not (held := holds(actor, "members.update")):
        return held
    if actor.kind is not ActorKind.MEMBER:
        return no("Only a person mends how somebody signs in.", "not_a_person")
    if is_oneself(actor, membership):
        return no("You change your own address and second factor in your account.", "oneself")
    if not (touch := may_touch(actor, membership)):
        return touch
    if not account.sole or membership.user.is_staff or not membership.user.is_active:
        # One sentence for all three: where else somebody belongs is none of this organization's business.
        return no(f"The account of {label} is not {organization}'s to mend. {STAFF_MEND}", "not_yours")
    domain = domain_of(membership.user.email)
    if domain not in account.proven:
        return no(f"{domain} is not proven to be a domain of {organization}. {STAFF_MEND}", "not_proven")
    return YES


def may_give_address(actor: Actor, membership: Membership, account: Account, address: str) -> Decision:
    """Whether that may be the new address; `account` knows the domains of both."""
    if not (mend := may_mend(actor, membership, account)):
        return mend
    domain = domain_of(address)
    if domain not in account.proven:
        return no(f"{domain} is not proven to be a domain of {membership.organization}. Choose one that is.", "domain")
    return allowed_domain(membership.organization, address)
