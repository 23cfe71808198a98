"""The mail that carries an invitation's link: queued by id and version, written when it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from invitations.links import link_to
from invitations.models import Invitation
from mail.kinds import Message, register
from mail.outbox import NewMail, enqueue_many
from mail.rendering import render

KIND = "invitations.invitation"


def send_links(invitations: Sequence[Invitation]) -> None:
    """Put the mails of these invitations' newest versions into the outbox."""
    if invitations:
        enqueue_many(
            [
                NewMail(KIND, one.mail_key, {"invitation": str(one.pk), "version": str(one.version)})
                for one in invitations
            ]
        )


def build_invitation(ids: dict[str, str]) -> Message | None:
    """The mail, or None where this version is no longer on offer."""
    invitation = (
        Invitation.objects.select_related("organization", "role", "invited_by")
        .filter(pk=ids["invitation"], version=ids["version"])
        .first()
    )
    if invitation is None or not invitation.is_pending_at(timezone.now()):
        return None
    context = {"invitation": invitation, "organization": invitation.organization, "link": link_to(invitation)}
    with timezone.override("UTC"):  # nobody knows where the reader is; the mail names the zone
        return render("invitations/email/invitation", context, to=invitation.email)


def register_all() -> None:
    register(KIND, build_invitation)
