"""Who says whose an email domain is, and when that is proven."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.actors import Actor, ActorKind
from organizations.models import Domain, Organization
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import holds
from organizations.policies.public_mail import PUBLIC_MAIL

MOST_DOMAINS = 50

# A proof that is gone is withdrawn after so many answers in a row, the first and the last of them so far apart.
MISSES_ALLOWED = 2
GRACE = timedelta(days=7)


def may_restrict_domains(actor: Actor) -> Decision:
    return holds(actor, "domains.update")


def allowed_domain(organization: Organization, email: str) -> Decision:
    """Whether somebody with that address may belong: where domains are named, the one after the @ is one of them."""
    allowed = organization.allowed_domains
    if not allowed or email.rpartition("@")[2] in allowed:
        return YES
    named = ", ".join(allowed[:3]) + (f" and {len(allowed) - 3} more" if len(allowed) > 3 else "")
    return no(f"Only addresses at {named} may belong to {organization}.", "domain")


def may_prove_domain(actor: Actor, name: str, owner: Organization | None, organization: Organization) -> Decision:
    """Whether it may be noted that the domain is this organization's. `owner`: for whom it is proven already."""
    if actor.kind is not ActorKind.STAFF:
        return no("Only staff prove a domain.", "staff_alone")
    if name in PUBLIC_MAIL:
        return no(f"{name} gives addresses to everyone, so it is nobody's own.", "public")
    if owner is not None and owner.pk != organization.pk:
        return no(f"{name} is proven to be a domain of {owner}. Withdraw that first.", "taken")
    return YES


def may_add_domain(actor: Actor, name: str, named: int, *, taken: bool) -> Decision:
    """Whether the actor may name this domain as the organization's own. `taken`: it is proven to be another's."""
    if not (held := holds(actor, "domains.create")):
        return held
    if name in PUBLIC_MAIL:
        return no(f"{name} gives addresses to everyone, so it is nobody's own.", "public")
    if taken:
        return no(f"{name} is proven to be a domain of another organization. Ask those who run Roster.", "taken")
    if named >= MOST_DOMAINS:
        return no(f"There are {MOST_DOMAINS} domains already. Take one off the list first.", "too_many")
    return YES


def may_check_domain(actor: Actor) -> Decision:
    """Whether the actor may have DNS asked now; what its answer means is decided by nobody."""
    return holds(actor, "domains.update")


def may_remove_domain(actor: Actor) -> Decision:
    return holds(actor, "domains.delete")


def proof_stands(domain: Domain, at: datetime) -> Decision:
    """Whether a proof whose record is not there any more still counts: for some days, so that a slip costs nothing."""
    if domain.missing_since is None or domain.misses <= MISSES_ALLOWED or at - domain.missing_since < GRACE:
        return YES
    return no(f"The record that proved {domain} has been gone for {GRACE.days} days.", "gone")


def may_unprove_domain(actor: Actor) -> Decision:
    return YES if actor.kind is ActorKind.STAFF else no("Only staff withdraw a domain.", "staff_alone")
