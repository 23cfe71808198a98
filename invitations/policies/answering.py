"""Who may accept, decline or ask anew. Pure: loaded objects, the actor and the time."""

from __future__ import annotations

from datetime import datetime

from audit.actors import Actor
from invitations.models import Invitation, InvitationStatus
from invitations.policies.offering import may_end, may_offer
from organizations.policies import YES, Decision, allowed_domain, no

_ENDED = {
    InvitationStatus.ACCEPTED: "This invitation was accepted already.",
    InvitationStatus.DECLINED: "This invitation was declined. Ask for a new one if that was a mistake.",
    InvitationStatus.REVOKED: "This invitation was withdrawn. Ask whoever invited you for a new one.",
    InvitationStatus.EXPIRED: "This invitation has expired. Ask for a new one.",
}
_WOULD_HAVE_ENDED = no(
    "The access that this invitation offered would have ended by now. Ask whoever invited you for a new one.",
    "access_ended",
)
_CHANGED = no("This invitation has changed since you opened it. Look at it again before you answer.", "changed")


def may_answer(invitation: Invitation, at: datetime) -> Decision:
    """Whether there is still something to accept or decline."""
    if invitation.offers_nothing_at(at):
        return _WOULD_HAVE_ENDED
    status = invitation.status_at(at)
    return YES if status is InvitationStatus.PENDING else no(_ENDED[status], status.value)


def may_decline(invitation: Invitation, *, version: int, at: datetime) -> Decision:
    """Whether this version, the one that was shown, can be declined."""
    if not (open_still := may_answer(invitation, at)):
        return open_still
    return YES if version == invitation.version else _CHANGED


def may_accept(
    invitation: Invitation,
    *,
    version: int,
    verified: bool,
    is_member: bool,
    two_factor: bool,
    inviter: Actor | None,
    at: datetime,
) -> Decision:
    """Whether this person may accept now.

    `verified`: the invited address is a verified one of their account. `two_factor`: their account has a second factor.
    `inviter`: who offers it, with what they hold now; None where they are no longer here.
    """
    organization = invitation.organization
    if not verified:
        return no(
            f"This invitation is for {invitation.email}. Sign in with that address, or add it to this account first.",
            "other_address",
        )
    if is_member:  # whatever became of the offer
        return no(f"You already belong to {organization}.", "already_member")
    if not (open_still := may_answer(invitation, at)):
        return open_still
    if version != invitation.version:
        return _CHANGED
    if invitation.role is None:
        return no("The role that was offered no longer exists. Ask for a new invitation.", "no_role")
    if not (ends := may_end(invitation.role, invitation.access_ends_at, at)):
        return no("This offer no longer fits its role. Ask for a new invitation.", ends.code)
    if not (domain := allowed_domain(organization, invitation.email)):
        return no(f"{domain.reason} Ask to be invited with another address.", domain.code)
    if inviter is None or not may_offer(inviter, organization, invitation.role):
        return no(
            f"{invitation.inviter_label} may no longer offer this. Ask {organization} for a new invitation.",
            "inviter_may_not",
        )
    if organization.two_factor_required and not two_factor:
        return no(
            f"{organization} asks a second factor of everyone. Set one up for your account, then accept.", "two_factor"
        )
    return YES


def may_ask_anew(invitation: Invitation, *, version: int, at: datetime) -> Decision:
    """Whether its person may ask for a new one: once, when it has expired."""
    if invitation.offers_nothing_at(at):
        return _WOULD_HAVE_ENDED  # it cannot be sent again
    if invitation.status_at(at) is not InvitationStatus.EXPIRED:
        return no("This invitation has not expired. Open it again to see how it stands.", "not_expired")
    if version != invitation.version:
        return _CHANGED
    return YES
