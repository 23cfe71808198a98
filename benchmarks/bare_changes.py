"""The views that inviting and accepting are compared to: they write the same rows, and ask next to nothing.

One locks the organization and believes that whoever is signed in may invite; the other looks whether the address is
verified, and believes the rest.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from audit.models import Chain, Event, EventType
from invitations.models import Invitation, InvitationStatus, JoinRequest, JoinStatus
from mail.models import Mail
from organizations.models import Membership, MembershipSource, MembershipText, Organization, Role, sort_name


@login_required
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    now, user = timezone.now(), request.user
    with transaction.atomic():
        organization = Organization.objects.select_for_update().get(slug=slug)
        role = Role.objects.get(pk=request.POST["role"])
        offer = Invitation.objects.create(
            organization=organization,
            email=request.POST["addresses"],
            role=role,
            invited_by_id=user.pk,
            inviter_label=str(user),
            expires_at=now + timedelta(days=int(request.POST["days"])),
            remind_at=now + timedelta(days=2),
        )
        organization.reserved_seats += 1
        organization.save(update_fields=["reserved_seats"])
        organization.headcounts.filter(role=role).update(invited=1)
        ids = {"invitation": str(offer.pk)}
        Mail.objects.create(key=offer.mail_key, kind="bare", ids=ids, message_id=f"<{offer.pk}@example.org>")
        _record(organization, user, "invitation.sent", offer.pk, offer.email, {"role": role.label})
    return redirect("/")


@login_required
def accept(request: HttpRequest, invitation: UUID) -> HttpResponse:
    user: Any = request.user
    with transaction.atomic():
        offer = Invitation.objects.select_related("role").get(pk=invitation)
        organization = Organization.objects.select_for_update().get(pk=offer.organization_id)
        if not EmailAddress.objects.filter(user=user, email=offer.email, verified=True).exists():
            return redirect("/")
        rows = Invitation.objects.filter(pk=offer.pk, status=InvitationStatus.PENDING)
        rows.update(status=InvitationStatus.ACCEPTED, accepted_by=user, answered_at=timezone.now())
        made = Membership.objects.create(
            organization=organization,
            user=user,
            role=offer.role,
            source=MembershipSource.INVITATION,
            name=user.name,
            email=user.email,
            sort_name=sort_name(user.name, user.email),
        )
        MembershipText.objects.create(membership=made, organization_id=organization.pk, text=user.name)
        organization.active_members += 1
        organization.reserved_seats -= 1
        organization.save(update_fields=["active_members", "reserved_seats"])
        organization.headcounts.filter(role=offer.role).update(active=organization.active_members)
        requests = JoinRequest.objects.filter(organization=organization, user=user, status=JoinStatus.PENDING)
        requests.update(status=JoinStatus.JOINED, role=offer.role, answered_at=timezone.now())
        _record(organization, user, "member.joined", user.pk, str(user), {"role": str(offer.role)})
    return redirect("/")


def _record(
    organization: Organization, user: Any, action: str, target: UUID, label: str, after: dict[str, str]
) -> None:
    chain = Chain.objects.select_for_update().get(pk=organization.pk)
    chain.length += 1
    chain.save(update_fields=["length"])
    Event.objects.create(
        chain_id=chain.pk,
        number=chain.length,
        at=timezone.now(),
        type=EventType.USER_ACTION,
        action=action,
        entity=action.partition(".")[0],
        actor_kind="member",
        actor_id=user.pk,
        actor_label=str(user),
        target_id=target,
        target_label=label,
        after=after,
    )
