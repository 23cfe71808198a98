"""Mending how somebody of the organization signs in, where the account is the organization's to mend."""

from __future__ import annotations

from accounts.addresses import normalise
from accounts.mending import give_address, send_reset, take_second_factors
from audit.actors import Actor
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import record_of, reloaded
from organizations.models import Membership, Organization
from organizations.policies import Account, domain_of


@action
def send_password_reset(*, actor: Actor, membership: Membership) -> None:
    """Have a link for a new password mailed to the person, once in five minutes; nobody else ever sees it.

    Raises ValidationError (`gone`, `too_soon`) and PermissionDenied.
    """
    organization, actor, person = _asked(actor, membership)
    policies.may_send_reset(actor, person).enforce()
    send_reset(actor, person.user, by=f"{actor.label} of {organization}")
    record_of(events.RESET_SENT, actor, person)


@action
def mend_address(*, actor: Actor, membership: Membership, address: str) -> bool:
    """Give the person's account another address to sign in with; whether it is another one.

    It counts as confirmed: both domains are proven to be this organization's, which so decides who reads mail there,
    and somebody who has lost the old address could confirm nothing before signing in.
    Raises ValidationError (`gone`, `invalid_address`, `domain`, `taken`) and PermissionDenied.
    """
    organization, actor, person = _asked(actor, membership)
    old, new = person.user.email, normalise(address)
    known = account_of(organization, person, domain_of(old), domain_of(new))
    policies.may_mend(actor, person, known).enforce()
    policies.may_give_address(actor, person, known, new).demand()
    if not give_address(actor, person.user, new, verified=True, by=f"{actor.label} of {organization}"):
        return False
    record_of(events.ADDRESS_MENDED, actor, person, before={"email": old}, after={"email": new})
    return True


@action
def mend_second_factor(*, actor: Actor, membership: Membership) -> bool:
    """Take the person's lost second factor away; whether there was one. Raises ValidationError, PermissionDenied."""
    organization, actor, person = _asked(actor, membership)
    known = account_of(organization, person, domain_of(person.user.email))
    policies.may_mend(actor, person, known).enforce()
    factors = take_second_factors(actor, person.user, by=f"{actor.label} of {organization}")
    if not factors:
        return False
    record_of(events.SECOND_FACTOR_MENDED, actor, person, before={"factors": ", ".join(factors)})
    return True


def account_of(organization: Organization, person: Membership, *domains: str) -> Account:
    """Two queries: whether the person belongs here alone, and which of these domains are proven here."""
    sole = not Membership.objects.filter(user=person.user_id).exclude(pk=person.pk).exists()
    proven = organization.domains.filter(name__in=domains, proven_at__isnull=False).values_list("name", flat=True)
    return Account(sole, frozenset(proven))


def _asked(actor: Actor, membership: Membership) -> tuple[Organization, Actor, Membership]:
    """The organization, who asks and whom it is about, as they are now."""
    organization = locked(membership.organization_id)
    people = reloaded(organization, [membership])
    policies.still_here(people).demand()
    return organization, as_of_now(actor, organization), people[0]
