"""Who may invite, resend and revoke, and who may accept. Pure: loaded objects, the actor and the time."""

from __future__ import annotations

from datetime import datetime

from audit.actors import Actor
from invitations.models import Invitation, InvitationStatus
from organizations.models import Organization, Role
from organizations.policies import FURTHEST, YES, Decision, holds, may_give, no

_ENDED = {
    InvitationStatus.ACCEPTED: "This invitation was accepted already.",
    InvitationStatus.DECLINED: "This invitation was declined. Ask for a new one if that was a mistake.",
    InvitationStatus.REVOKED: "This invitation was withdrawn. Ask whoever invited you for a new one.",
    InvitationStatus.EXPIRED: "This invitation has expired. Ask whoever invited you for a new one.",
}
_WOULD_HAVE_ENDED = no(
    "The access that this invitation offered would have ended by now. Ask whoever invited you for a new one.",
    "access_ended",
)
_CHANGED = no("This invitation has changed since you opened it. Look at it again before you answer.", "changed")


def may_invite(actor: Actor, organization: Organization, role: Role) -> Decision:
    return holds(actor, "invitations.create") and may_give(actor, role, organization)


def may_end(role: Role, access_ends_at: datetime | None, at: datetime) -> Decision:
    """Whether membership with that role can be offered for as long as that; None is without an end."""
    if access_ends_at is None:
        return YES
    if role.owns:
        return no(
            f"The access of an {role.label.lower()} has no end. Leave the day out, or offer another role.", "owner"
        )
    if access_ends_at <= at:
        return no("That day is past. Choose one that is to come.", "past")
    if access_ends_at - at > FURTHEST:
        return no("Choose a day within the next hundred years, or none.", "too_far")
    return YES


def may_offer(actor: Actor, organization: Organization, role: Role) -> Decision:
    """Whether an offer can stand in the actor's name, be it that they made it or that they sent it again."""
    open_to = holds(actor, "invitations.create") or holds(actor, "invitations.update")
    return open_to and may_give(actor, role, organization)


def still_open(invitation: Invitation, at: datetime) -> Decision:
    """Whether nobody has answered it yet and it has not ended."""
    if invitation.is_pending_at(at):
        return YES
    return no(f"The invitation to {invitation.email} is {invitation.status_at(at)}.", "not_pending")


def may_offer_instead(actor: Actor, invitation: Invitation, role: Role) -> Decision:
    """Whether the actor may offer this role in place of the one that was offered: it needs what inviting needs."""
    return holds(actor, "invitations.update") and may_invite(actor, invitation.organization, role)


def may_resend(actor: Actor, invitation: Invitation, at: datetime) -> Decision:
    """Resending offers the role anew: it needs what inviting needs."""
    if not (open_still := still_open(invitation, at)):
        return open_still
    if invitation.role is None:
        return no("The role of this invitation no longer exists. Revoke it and invite again.", "no_role")
    return holds(actor, "invitations.update") and may_give(actor, invitation.role, invitation.organization)


def may_revoke(actor: Actor, invitation: Invitation, at: datetime) -> Decision:
    return still_open(invitation, at) and holds(actor, "invitations.delete")


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
    invitation: Invitation, *, version: int, verified: bool, is_member: bool, inviter: Actor | None, at: datetime
) -> Decision:
    """Whether this person may accept now.

    `verified`: the invited address is a verified one of their account. `inviter`: who offers it, with what they hold
    now; None where they are no longer here.
    """
    if not verified:
        return no(
            f"This invitation is for {invitation.email}. Sign in with that address, or add it to this account first.",
            "other_address",
        )
    if not (open_still := may_answer(invitation, at)):
        return open_still
    if version != invitation.version:
        return _CHANGED
    if is_member:
        return no(f"You already belong to {invitation.organization}.", "already_member")
    if invitation.role is None:
        return no("The role that was offered no longer exists. Ask for a new invitation.", "no_role")
    if not (ends := may_end(invitation.role, invitation.access_ends_at, at)):
        return no("This offer no longer fits its role. Ask for a new invitation.", ends.code)
    if inviter is None or not may_offer(inviter, invitation.organization, invitation.role):
        return no(
            f"{invitation.inviter_label} may no longer offer this. Ask {invitation.organization} for a new invitation.",
            "inviter_may_not",
        )
    return YES
