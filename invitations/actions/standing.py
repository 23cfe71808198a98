"""How an offer stands for the person who would accept it, at this moment: read by its page, and under the lock."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled

from accounts.models import User
from audit.actions import now
from audit.actors import Actor
from invitations import policies
from invitations.models import Invitation
from organizations.models import Membership
from organizations.policies import Decision


def may_come_in(
    invitation: Invitation, user: User, *, version: int, is_member: bool, inviter: Actor | None
) -> Decision:
    """What accepting is answered; an action hands over the account that it has locked."""
    verified = EmailAddress.objects.filter(user=user, email=invitation.email, verified=True)
    return policies.may_accept(
        invitation,
        version=version,
        verified=user.is_active and verified.exists(),
        is_member=is_member,
        two_factor=not invitation.organization.two_factor_required or is_mfa_enabled(user),
        inviter=inviter,
        at=now(),
    )


def inviter_of(invitation: Invitation) -> Actor | None:
    """Who made the offer, with what they hold now; None where they or their account are no longer active here."""
    membership = (
        Membership.objects.select_related("role")
        .filter(organization=invitation.organization_id, user=invitation.invited_by_id, user__is_active=True)
        .first()
    )
    if membership is None:
        return None
    membership.organization = invitation.organization
    return membership.as_actor(now())
