"""How an offer stands for the person who would accept it, at this moment: read by its page, and under the lock."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled

from accounts.models import User
from audit.actions import now
from audit.actors import Actor
from invitations import policies
from invitations.models import Invitation
from organizations.models import Group, Membership
from organizations.policies import Decision


def addresses_of(user: User) -> frozenset[str]:
    """The verified ones."""
    return frozenset(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


def may_come_in(
    invitation: Invitation,
    user: User,
    *,
    addresses: Collection[str],
    version: int,
    is_member: bool,
    inviter: Actor | None,
) -> Decision:
    """What accepting is answered; an action hands over the account that it has locked, with its `addresses`."""
    return policies.may_accept(
        invitation,
        version=version,
        verified=user.is_active and invitation.email in addresses,
        is_member=is_member,
        two_factor=not invitation.organization.two_factor_required or is_mfa_enabled(user),
        inviter=inviter,
        at=now(),
    )


def both_sides(invitation: Invitation, user: User | None) -> tuple[Membership | None, Actor | None]:
    """The membership that this person has already, and who made the offer, with what they hold now.

    No actor where the inviter or their account is no longer active here.
    """
    wanted = {person for person in (user and user.pk, invitation.invited_by_id) if person}
    found = {person.user_id: person for person in Membership.objects.with_account(invitation.organization, wanted)}
    membership = found.get(user.pk) if user else None
    inviter = found.get(invitation.invited_by_id) if invitation.invited_by_id else None
    if inviter is None or not inviter.has_active_account:
        return membership, None
    return membership, inviter.as_actor(now())


def groups_offered(invitation: Invitation, inviter: Actor | None) -> list[Group]:
    """Of the groups that were offered those that are still there and that the inviter may still put people into."""
    if not invitation.group_ids or inviter is None or invitation.role is None:
        return []
    role = invitation.role
    groups = invitation.organization.groups.filter(pk__in=[UUID(hex=one) for one in invitation.group_ids])
    return [group for group in groups if policies.may_offer_places(inviter, role, [group])]
