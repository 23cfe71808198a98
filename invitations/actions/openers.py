"""In whose name people come in, and who they are, as both stand at this moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import PermissionDenied

from accounts.models import User
from audit.actions import now
from audit.actors import Actor
from invitations import policies
from invitations.models import InvitationStatus, JoinLink, WayIn
from invitations.policies import Comer
from organizations.models import Domain, Membership, Organization
from organizations.policies import domain_of


def openers_of(organization: Organization, offers: Iterable[WayIn | JoinLink]) -> dict[UUID | None, Actor]:
    """Who opened these, by the user's id, with what they hold now; without those who are no longer active here."""
    users = {offer.opened_by_id for offer in offers if offer.opened_by_id is not None}
    found: dict[UUID | None, Actor] = {}
    if not users:
        return found
    for membership in organization.memberships.select_related("role").filter(user__in=users, user__is_active=True):
        membership.organization = organization
        found[membership.user_id] = membership.as_actor(now())
    return found


def opener_of(offer: WayIn | JoinLink) -> Actor | None:
    """Who opened it, with what they hold now; None where they or their account are no longer active here."""
    return openers_of(offer.organization, [offer]).get(offer.opened_by_id)


def standing(ways: Sequence[WayIn]) -> list[WayIn]:
    """Those of these ways, of whichever organizations, that their openers may still offer."""
    users = {way.opened_by_id for way in ways if way.opened_by_id is not None}
    organizations = {way.organization_id: way.organization for way in ways}
    rows = Membership.objects.filter(organization__in=list(organizations), user__in=users, user__is_active=True)
    found: dict[tuple[UUID, UUID | None], Actor] = {}
    for membership in rows.select_related("role") if users else ():
        membership.organization = organizations[membership.organization_id]
        found[membership.organization_id, membership.user_id] = membership.as_actor(now())
    return [way for way in ways if policies.stands(way, found.get((way.organization_id, way.opened_by_id)))]


def comer(organization: Organization, user: User) -> Comer:
    """What is known of the account; an action hands the locked one over."""
    verified = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    addresses = frozenset(address.lower() for address in verified)
    membership: Membership | None = organization.memberships.filter(user=user).first()
    return Comer(
        is_active=user.is_active,
        addresses=addresses,
        two_factor=not organization.two_factor_required or is_mfa_enabled(user),
        membership=membership,
        has_reserved=_have_reserved(organization, addresses),
    )


def _have_reserved(organization: Organization, addresses: Collection[str]) -> bool:
    if organization.seat_limit is None or not organization.reserved_seats:
        return False
    theirs = organization.invitations.filter(status=InvitationStatus.PENDING).to_addresses(addresses)
    return bool(theirs.exists())


def proven_domains(organization: Organization, person: Comer) -> frozenset[str]:
    """Those of the domains of the person's addresses that are proven to be the organization's."""
    names = {domain_of(address) for address in person.addresses}
    proven = Domain.objects.proven().filter(organization=organization, name__in=names)
    return frozenset(proven.values_list("name", flat=True))


def themself(actor: Actor, user: User) -> None:
    """Raises PermissionDenied where it is somebody else who acts."""
    if actor.id != user.pk:
        message = "Everyone joins for themself."
        raise PermissionDenied(message)
