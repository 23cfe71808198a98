"""Who may invite whom to what, and what may be done with an offer that is out. Pure: loaded objects, actor, time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from audit.actors import Actor
from invitations.models import NOTE_LENGTH, Invitation, InvitationStatus
from invitations.notes import problem_of
from organizations.models import Group, Organization, Role
from organizations.policies import (
    FURTHEST,
    YES,
    Decision,
    a_or_an,
    allowed_domain,
    has_seats,
    holds,
    may_edit_group,
    may_give,
    no,
)
from organizations.policies.grants import holds_in

LONGEST_OFFER = 30  # days
_NO_ROLE = no("The role of this invitation no longer exists. Revoke it and invite again.", "no_role")


def may_invite(actor: Actor, organization: Organization, role: Role) -> Decision:
    return holds(actor, "invitations.create") and may_give(actor, role, organization)


def may_offer_places(actor: Actor, role: Role, groups: Sequence[Group]) -> Decision:
    """Whether somebody with that role may be put into these groups once they join."""
    for group in groups:
        decision = may_edit_group(actor, group) and holds_in(actor, role.grant_set, group, curating=False)
        if not decision:
            return decision
    return YES


def may_last(days: int) -> Decision:
    if 1 <= days <= LONGEST_OFFER:
        return YES
    return no(f"An invitation is open for 1 to {LONGEST_OFFER} days.", "days")


def may_say(organization: Organization, note: str) -> Decision:
    """Whether invitations may carry that note: only of an organization that staff trust, and never a link."""
    if not note:
        return YES
    if not organization.trusted:
        return no(
            "Notes are for organizations that those who run Roster trust. Leave it out, or ask them.", "not_trusted"
        )
    if len(note) > NOTE_LENGTH:
        return no(f"Use at most {NOTE_LENGTH} characters.", "too_long")
    problem = problem_of(note)
    return no(problem, "note") if problem else YES


def may_end(role: Role, access_ends_at: datetime | None, at: datetime) -> Decision:
    """Whether membership with that role can be offered for as long as that; None is without an end."""
    if access_ends_at is None:
        return YES
    if role.owns:
        return no(f"The access of {a_or_an(role.label)} has no end. Leave the day out, or offer another role.", "owner")
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
    """Resending offers the role anew: it needs what inviting needs, and of one that expired a seat besides."""
    status = invitation.status_at(at)
    if status not in (InvitationStatus.PENDING, InvitationStatus.EXPIRED):
        return no(f"The invitation to {invitation.email} is {status}.", "not_pending")
    if invitation.offers_nothing_at(at):
        return no("The access that it offered would have ended by now. Invite anew.", "access_ended")
    if invitation.role is None:
        return _NO_ROLE
    allowed = holds(actor, "invitations.update") and may_give(actor, invitation.role, invitation.organization)
    allowed = allowed and allowed_domain(invitation.organization, invitation.email)
    if allowed and status is InvitationStatus.EXPIRED:
        return has_seats(invitation.organization, 1)
    return allowed


def may_stand_longer(actor: Actor, invitation: Invitation, at: datetime) -> Decision:
    """Whether the actor may extend it at all."""
    if not (open_still := still_open(invitation, at)):
        return open_still
    if invitation.role is None:
        return _NO_ROLE
    return holds(actor, "invitations.update") and may_give(actor, invitation.role, invitation.organization)


def may_extend(actor: Actor, invitation: Invitation, until: datetime, at: datetime) -> Decision:
    """Whether it may stay open until then: later than now agreed, at most 30 days from now, while its access lasts."""
    if not (allowed := may_stand_longer(actor, invitation, at)):
        return allowed
    if until <= invitation.expires_at:
        return no(f"The invitation to {invitation.email} is open for longer already.", "not_later")
    if until - at > timedelta(days=LONGEST_OFFER, minutes=1):
        return may_last(LONGEST_OFFER + 1)
    if invitation.access_ends_at is not None and until > invitation.access_ends_at:
        return no("The access that it offers ends before that.", "access_ends")
    return YES


def may_correct(actor: Actor, invitation: Invitation, at: datetime) -> Decision:
    """Whether it may go to another address instead: it takes one offer back and makes another."""
    if not (open_still := still_open(invitation, at)):
        return open_still
    if invitation.role is None:
        return _NO_ROLE
    return holds(actor, "invitations.update") and may_invite(actor, invitation.organization, invitation.role)


def is_elsewhere(invitation: Invitation, email: str) -> Decision:
    """Whether that address is another one than the invitation goes to."""
    if email != invitation.email:
        return YES
    return no("The invitation goes to that address already. To mail it there once more, send it again.", "same")


def may_revoke(actor: Actor, invitation: Invitation, at: datetime) -> Decision:
    return still_open(invitation, at) and holds(actor, "invitations.delete")
