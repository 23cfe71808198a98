"""What becomes of invitations when something happens to their organization."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Min, Q, QuerySet
from django.dispatch import receiver

from accounts.addresses import stored_or_typed
from audit.actions import current_act, now
from audit.actors import SYSTEM, Actor
from audit.ambient import Origin, coming_from
from audit.erasing import ERASED
from audit.models import Event
from audit.recording import record
from invitations import events
from invitations.actions.books import turn
from invitations.actions.changing import offer_instead
from invitations.actions.mail_failing import note_mail
from invitations.actions.standing import addresses_of
from invitations.actions.withdrawing import withdraw, withdraw_from_member
from invitations.limits import count_once_committed
from invitations.mailed import mailed_enough
from invitations.models import Invitation, InvitationStatus, InviteRow
from invitations.policies import may_offer
from organizations.actions.base import locked
from organizations.models import Membership, MembershipSource, Organization, Role
from organizations.signals import (
    addressed,
    authority_changed,
    counting,
    forgetting,
    member_added,
    members_removed,
    person_reaches,
    role_offered,
    role_removed,
    settling,
    unnaming,
)


@receiver(settling)
def expire_invitations(
    sender: Any, organization: Organization, at: datetime, limit: int | None, **kwargs: Any
) -> datetime | None:
    """Mark what is past its end and free its seats; answer when the next one ends."""
    lapsed = list(organization.invitations.lapsed(at).order_by("expires_at")[:limit])
    if lapsed:
        turn(lapsed, InvitationStatus.EXPIRED, remind_at=None)
    for invitation in lapsed:
        organization.count_offers(invitation.role_id, -1)
        record(
            events.EXPIRED,
            actor=SYSTEM,
            chain=organization.pk,
            target_id=invitation.pk,
            target_label=invitation.email,
            before={"status": InvitationStatus.PENDING.value},
            after={"status": InvitationStatus.EXPIRED.value},
        )
    first: datetime | None = organization.invitations.filter(status=InvitationStatus.PENDING).aggregate(
        first=Min("expires_at")
    )["first"]
    return first


@receiver(authority_changed)
def withdraw_what_may_no_longer_be_offered(
    sender: Any, organization: Organization, memberships: QuerySet[Membership], actor: Actor, **kwargs: Any
) -> None:
    """Whoever was demoted or suspended offers no more than they could offer now."""
    if not organization.reserved_seats:  # each offer that is open reserves one
        return
    open_offers = organization.invitations.pending(now())
    # Few people have offers out, while those who may do something else can be all that there are.
    makers = memberships.filter(user__in=open_offers.order_by().values("invited_by")).select_related("role")
    inviters = {one.user_id: one for one in makers}
    for one in inviters.values():
        one.organization = organization
    for invitation in open_offers.filter(invited_by__in=list(inviters)).select_related("role"):
        inviter = inviters[invitation.invited_by_id] if invitation.invited_by_id else None
        if inviter and invitation.role and may_offer(inviter.as_actor(now()), organization, invitation.role):
            continue
        withdraw(organization, [invitation], actor=actor, reason="its inviter may no longer offer it")


@receiver(role_removed)
def answer_for_open_offers(
    sender: Any, organization: Organization, role: Role, replacement: Role | None, actor: Actor, **kwargs: Any
) -> None:
    """Open offers of a role that goes get the one that takes its place, with a new mail, or are revoked.

    Raises ValidationError (`too_often`) where somebody was mailed enough for today.
    """
    offers = list(organization.invitations.pending(now()).filter(role=role))
    if replacement is None:
        withdraw(organization, offers, actor=actor, reason=f"{role.label} was deleted")
        return
    emails = [one.email for one in offers]
    if enough := mailed_enough(organization, emails, now()):
        people = "1 person who is" if len(enough) == 1 else f"{len(enough):,} people who are"
        message = (
            f"{people} invited to it got several invitations today, and this would mail another one. "
            "Try again tomorrow, or revoke the invitations instead."
        )
        raise ValidationError(message, code="too_often")
    offer_instead(organization, offers, replacement, actor=actor)
    count_once_committed(organization, emails)


@receiver(role_offered)
def count_open_offers(sender: Any, organization: Organization, role: Role, at: datetime, **kwargs: Any) -> int:
    """How many are invited to the role."""
    return organization.invitations.pending(at).filter(role=role).count()


@receiver(counting)
def count_reserved_seats(sender: Any, organization: Organization, **kwargs: Any) -> dict[Any, int]:
    """Pending invitations by the role that they offer."""
    pending = organization.invitations.filter(status=InvitationStatus.PENDING).order_by()
    return dict(pending.values_list("role").annotate(offers=Count("pk")))


@receiver(member_added)
def withdraw_what_was_offered_to_them(
    sender: Any, organization: Organization, membership: Membership, actor: Actor, **kwargs: Any
) -> None:
    """Whoever has come in, however that was, has a seat: what is still offered to them would reserve a second one."""
    if membership.source != MembershipSource.INVITATION and organization.reserved_seats:  # accepting does so itself
        withdraw_from_member(organization, addresses_of(membership.user), actor=actor)


@receiver(members_removed)
def withdraw_offers(
    sender: Any, organization: Organization, memberships: Sequence[Membership], actor: Actor, **kwargs: Any
) -> None:
    """Whoever has gone offers nothing any more."""
    gone = {one.user_id for one in memberships}
    open_offers = organization.invitations.filter(status=InvitationStatus.PENDING)
    made = list(open_offers.filter(invited_by__id__among=gone))
    withdraw(organization, made, actor=actor, reason="its inviter no longer belongs here")


@receiver(person_reaches)
def organizations_that_invite(sender: Any, addresses: Collection[str], **kwargs: Any) -> set[UUID]:
    """Where an offer to one of these addresses is open."""
    waiting = Invitation.objects.to_addresses(addresses).filter(status=InvitationStatus.PENDING).order_by()
    return set(waiting.values_list("organization_id", flat=True))


@receiver(unnaming)
def unname_inviters(sender: Any, person: UUID, **kwargs: Any) -> set[str]:
    """Offers of theirs; and the addresses of those that they accepted."""
    Invitation.objects.filter(invited_by=person).update(inviter_label=ERASED)
    return set(Invitation.objects.filter(accepted_by=person).order_by().values_list("email", flat=True))


@receiver(addressed)
def invitations_to(sender: Any, addresses: Collection[str], **kwargs: Any) -> set[UUID]:
    """Those to these addresses, also those that are gone and that the logs tell of."""
    told = Event.objects.filter(entity="invitation", target_label__in=addresses).order_by()
    there = Invitation.objects.to_addresses(addresses).order_by().values_list("pk", flat=True)
    return {*there, *(key for key in told.values_list("target_id", flat=True).distinct() if key)}


@receiver(forgetting)
def forget_invitations(
    sender: Any, addresses: set[str], labels: set[str], organizations: set[UUID], actor: Actor, **kwargs: Any
) -> None:
    """Offers to them go, those that are open revoked first; offers of theirs stay, and say no more whose they were."""
    act = current_act()
    theirs = Invitation.objects.to_addresses(addresses)
    pending = Q(status=InvitationStatus.PENDING)
    theirs = theirs.filter(~pending | Q(organization__in=list(act.organizations)))  # a newer one is made since
    for invitation in theirs.filter(pending):
        withdraw(locked(invitation.organization_id), [invitation], actor=actor)
    theirs.delete()
    made = Invitation.objects.filter(invited_by=None, inviter_label__in=labels, organization__in=organizations)
    made.update(inviter_label=ERASED)
    _forget_lines(addresses)


def _forget_lines(addresses: set[str]) -> None:
    """In lists of people to invite, sent or not, an address stands as it was typed."""
    lines = InviteRow.objects.order_by().values_list("pk", "address")
    for address in addresses:
        alike = lines.filter(address__icontains=f"{address.partition('@')[0]}@")  # domains are typed in any letters
        InviteRow.objects.filter(pk__in=[pk for pk, typed in alike if stored_or_typed(typed) == address]).delete()


def follow_mail(ids: dict[str, str], reason: str, by: object) -> None:
    """The mail with a link failed, or without a reason is on its way once more; `by` is who of staff sent it again.

    From where they did so is not for the organization to read.
    """
    invitation = Invitation.objects.select_related("organization").filter(pk=ids["invitation"]).first()
    if invitation is None:
        return
    with coming_from(Origin()):
        note_mail(
            actor=by if isinstance(by, Actor) else SYSTEM,
            organization=invitation.organization,
            invitation=invitation,
            version=int(ids["version"]),
            reason=reason,
        )
