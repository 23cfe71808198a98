"""Answering an offer: accepting it, declining it."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from audit.recording import record
from invitations import events, policies
from invitations.models import Invitation, InvitationStatus
from organizations.actions.base import action, locked
from organizations.actions.members import admit
from organizations.models import Membership, MembershipSource, Organization


@action
def accept(*, actor: Actor, user: User, invitation: Invitation, version: int) -> Membership:
    """The person becomes a member with the role offered, in the seat that the offer reserved.

    `version` is the one that they were shown. Accepting twice answers the same membership. Raises ValidationError with
    the sentence and code of `policies.may_accept`; a mismatch leaves the offer as it was.
    """
    act = current_act()
    if actor.id != user.pk:
        message = "An invitation is accepted by the person who joins."
        raise PermissionDenied(message)
    organization = locked(invitation.organization_id)
    invitation = _reloaded(organization, invitation)
    membership = organization.memberships.filter(user=user).first()
    if membership and invitation.accepted_by_id == user.pk:
        return membership
    policies.may_accept(
        invitation,
        version=version,
        verified=act.users[user.pk].is_active
        and EmailAddress.objects.filter(user=user, email=invitation.email, verified=True).exists(),
        is_member=membership is not None,
        inviter=_inviter(invitation),
        at=act.now,
    ).demand()
    _answer(invitation, InvitationStatus.ACCEPTED, accepted_by=act.users[user.pk])
    organization.count_offers(invitation.role_id, -1)
    return admit(
        organization,
        act.users[user.pk],
        invitation.role,
        source=MembershipSource.INVITATION,
        actor=actor,
        ends_at=invitation.access_ends_at,
    )


@action
def decline(*, actor: Actor, invitation: Invitation, version: int) -> None:
    """Refuse the offer, of the version that was shown, and free its seat. Declining twice changes nothing."""
    act = current_act()
    organization = locked(invitation.organization_id)
    invitation = _reloaded(organization, invitation)
    if invitation.status == InvitationStatus.DECLINED:
        return
    policies.may_decline(invitation, version=version, at=act.now).demand()
    _answer(invitation, InvitationStatus.DECLINED)
    organization.count_offers(invitation.role_id, -1)
    organization.save_counters()
    record(
        events.DECLINED,
        actor=actor,
        chain=organization.pk,
        target_id=invitation.pk,
        target_label=invitation.email,
        before={"status": InvitationStatus.PENDING.value},
        after={"status": InvitationStatus.DECLINED.value},
    )


def _reloaded(organization: Organization, invitation: Invitation) -> Invitation:
    """The invitation as it stands under the lock, one of this organization only."""
    found: Invitation | None = organization.invitations.select_related("role").filter(pk=invitation.pk).first()
    if found is None:
        message = "This invitation no longer exists. Ask whoever invited you for a new one."
        raise ValidationError(message, code="gone")
    found.organization = organization
    return found


def _answer(invitation: Invitation, status: InvitationStatus, accepted_by: User | None = None) -> None:
    """The one conditional update from pending; the organization's lock makes sure that it finds its row."""
    changed = Invitation.objects.filter(pk=invitation.pk, status=InvitationStatus.PENDING).update(
        status=status, answered_at=current_act().now, accepted_by=accepted_by
    )
    if changed != 1:
        message = f"Invitation {invitation.pk} was answered outside the organization's lock."
        raise RuntimeError(message)


def _inviter(invitation: Invitation) -> Actor | None:
    """Who made the offer, with what they hold now; None where they or their account are no longer active here."""
    membership = (
        Membership.objects.select_related("role")
        .filter(organization=invitation.organization_id, user=invitation.invited_by_id, user__is_active=True)
        .first()
    )
    if membership is None:
        return None
    membership.organization = invitation.organization
    return membership.as_actor(current_act().now)
