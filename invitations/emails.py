"""The mails about invitations: queued by id and version, written when they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.actions import now
from invitations.links import link_to
from invitations.models import Invitation, InvitationStatus, mail_key
from mail.kinds import Message, register
from mail.outbox import NewMail, enqueue_many, enqueue_new
from mail.rendering import render
from organizations.models import Membership

INVITATION = "invitations.invitation"
REMINDER = "invitations.reminder"
ASKED_ANEW = "invitations.asked_anew"
_ASKED_AT_MOST = 3


def send_links(invitations: Sequence[Invitation]) -> None:
    """Put the mails of these invitations' newest versions into the outbox."""
    enqueue_many([_with_link(one) for one in invitations])


def send_first_links(invitations: Sequence[Invitation]) -> None:
    """The same of invitations that were made this moment."""
    enqueue_new(map(_with_link, invitations), len(invitations))


def send_reminders(invitations: Sequence[Invitation]) -> None:
    """Remind of these, each once for the moment that it was due at."""
    named = [(f"{one.mail_key}:reminder:{one.remind_at:%Y%m%d%H%M}", one) for one in invitations]
    enqueue_many([NewMail(REMINDER, key, _ids(one)) for key, one in named])


def send_asked_anew(invitation: Invitation) -> None:
    """Tell the inviter, or where they may no longer send it those who may, that its person asks for a new one."""
    mails = [
        NewMail(ASKED_ANEW, f"{invitation.mail_key}:asked:{one.user_id}", _ids(invitation) | {"reader": str(one.pk)})
        for one in _who_may_answer(invitation)
    ]
    enqueue_many(mails)


def build_invitation(ids: dict[str, str]) -> Message | None:
    """The mail, or None where this version is on offer no longer, or by nobody, or its person asked for no more."""
    invitation = wanted(ids)
    return _written("invitations/email/invitation", invitation) if invitation else None


def build_reminder(ids: dict[str, str]) -> Message | None:
    invitation = wanted(ids)
    if invitation is None or not invitation.organization.reminders:
        return None
    return _written("invitations/email/reminder", invitation)


def build_asked_anew(ids: dict[str, str]) -> Message | None:
    """The mail, or None where the invitation was sent again meanwhile or its reader is gone."""
    invitation = _version(ids).first()
    reader = Membership.objects.able(timezone.now()).select_related("user").filter(pk=ids["reader"]).first()
    at = timezone.now()
    if invitation is None or reader is None or invitation.status_at(at) is not InvitationStatus.EXPIRED:
        return None
    organization = invitation.organization
    page = reverse("invitations:resend", args=[organization.slug, invitation.pk])
    context = {
        "user": reader.user,
        "invitation": invitation,
        "organization": organization,
        "link": settings.BASE_URL + page,
    }
    return render("invitations/email/asked_anew", context, to=reader.user.email)


def register_all() -> None:
    register(INVITATION, build_invitation)
    register(REMINDER, build_reminder)
    register(ASKED_ANEW, build_asked_anew)


def _with_link(invitation: Invitation) -> NewMail:
    ids = _ids(invitation)
    return NewMail(INVITATION, mail_key(ids["invitation"], invitation.version), ids)


def _ids(invitation: Invitation) -> dict[str, str]:
    return {"invitation": str(invitation.id), "version": str(invitation.version)}


def _version(ids: dict[str, str]) -> QuerySet[Invitation]:
    rows = Invitation.objects.select_related("organization", "role", "invited_by")
    return rows.filter(pk=ids["invitation"], version=ids["version"])


def wanted(ids: dict[str, str]) -> Invitation | None:
    """The invitation as it stands now, where its person may still be mailed about this version; one query."""
    invitation = Invitation.objects.to_mail(UUID(ids["invitation"]), int(ids["version"]))
    if invitation and invitation.is_pending_at(timezone.now()) and not invitation.is_in_a_closed_name:
        return invitation
    return None


def _written(template: str, invitation: Invitation) -> Message:
    context = {"invitation": invitation, "organization": invitation.organization, "link": link_to(invitation)}
    with timezone.override("UTC"):  # nobody knows where the reader is; the mail names the zone
        return render(template, context, to=invitation.email)


def _who_may_answer(invitation: Invitation) -> list[Membership]:
    may = invitation.organization.memberships.holding("invitations.update", now()).select_related("role")
    if inviter := may.filter(user=invitation.invited_by_id).first():
        return [inviter]
    return list(may.order_by("joined_at", "id")[:_ASKED_AT_MOST])
