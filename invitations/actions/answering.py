"""Answering an offer: accepting it, declining it, asking for a new one once it has expired."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from invitations import emails, events, policies
from invitations.actions.books import record_of, turn
from invitations.actions.standing import addresses_of, both_sides, groups_offered, may_come_in
from invitations.actions.withdrawing import withdraw_from_member
from invitations.models import Invitation, InvitationStatus
from organizations.actions.base import action, locked
from organizations.actions.group_places import bring_into
from organizations.actions.members import admit
from organizations.models import Membership, MembershipSource, Organization


@action
def accept(*, actor: Actor, user: User, invitation: Invitation, version: int) -> Membership:
    """The person becomes a member with the role offered, in the seat that the offer reserved.

    They come into the groups that were offered and that the inviter may still put them into. `version` is the one that
    they were shown. Accepting twice answers the same membership. Raises ValidationError with the sentence and code of
    `policies.may_accept`; a mismatch leaves the offer as it was.
    """
    act = current_act()
    if actor.id != user.pk:
        message = "An invitation is accepted by the person who joins."
        raise PermissionDenied(message)
    organization = locked(invitation.organization_id)
    invitation = _reloaded(organization, invitation)
    membership, inviter = both_sides(invitation, user)
    if membership and invitation.accepted_by_id == user.pk:
        return membership
    addresses = addresses_of(act.users[user.pk])
    may_come_in(
        invitation,
        act.users[user.pk],
        addresses=addresses,
        version=version,
        is_member=membership is not None,
        inviter=inviter,
    ).demand()
    _answer(invitation, InvitationStatus.ACCEPTED, accepted_by=act.users[user.pk])
    organization.count_offers(invitation.role_id, -1)
    membership = admit(
        organization,
        act.users[user.pk],
        invitation.role,
        source=MembershipSource.INVITATION,
        actor=actor,
        ends_at=invitation.access_ends_at,
        own_name=invitation.name,
        job_title=invitation.job_title,
        phone=invitation.phone,
    )
    withdraw_from_member(organization, addresses - {invitation.email}, actor=actor)
    bring_into(groups_offered(invitation, inviter), membership, actor=_for_the_inviter(actor))
    return membership


@action
def decline(*, actor: Actor, invitation: Invitation, version: int) -> None:
    """Refuse the offer, of the version that was shown, and free its seat. Declining twice changes nothing."""
    act = current_act()
    organization = locked(invitation.organization_id)
    invitation = _reloaded(organization, invitation)
    if invitation.status == InvitationStatus.DECLINED:
        return
    policies.may_decline(invitation, version=version, at=act.now).demand()
    turn_down(organization, invitation, actor=actor)


def turn_down(organization: Organization, invitation: Invitation, *, actor: Actor) -> None:
    """Decline a pending invitation of the locked organization, with its event; for actions that have asked already."""
    _answer(invitation, InvitationStatus.DECLINED)
    organization.count_offers(invitation.role_id, -1)
    organization.save_counters()
    before, after = {"status": InvitationStatus.PENDING.value}, {"status": InvitationStatus.DECLINED.value}
    record_of(events.DECLINED, actor, invitation, before=before, after=after)


@action
def ask_anew(*, actor: Actor, invitation: Invitation, version: int) -> None:
    """Ask whoever made an offer that has expired for a new one; asking twice tells them once.

    Raises ValidationError (`not_expired`, `changed`).
    """
    act = current_act()
    organization = locked(invitation.organization_id)
    invitation = _reloaded(organization, invitation)
    policies.may_ask_anew(invitation, version=version, at=act.now).demand()
    if not Invitation.objects.filter(pk=invitation.pk, asked_at=None).update(asked_at=act.now):
        return
    record_of(events.ASKED_ANEW, actor, invitation)
    emails.send_asked_anew(invitation)


def _reloaded(organization: Organization, invitation: Invitation) -> Invitation:
    """The invitation as it stands under the lock, one of this organization only."""
    try:
        found = Invitation.objects.select_related("role").get(organization=organization.pk, pk=invitation.pk)
    except Invitation.DoesNotExist:
        message = "This invitation no longer exists. Ask whoever invited you for a new one."
        raise ValidationError(message, code="gone") from None
    found.organization = organization
    return found


def _answer(invitation: Invitation, status: InvitationStatus, accepted_by: User | None = None) -> None:
    turn([invitation], status, answered_at=current_act().now, accepted_by=accepted_by, remind_at=None)


def _for_the_inviter(actor: Actor) -> Actor:
    """Who joins does so themselves; into the groups they come in the name of whoever offered it.

    Who that was, the event of the invitation says: a name beside the actor's could not be erased without theirs.
    """
    return replace(actor, on_behalf_of="whoever invited them")
