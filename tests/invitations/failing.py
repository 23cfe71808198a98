"""Brings on what the mail server would: it refuses for good."""

from __future__ import annotations

from django.db import transaction

from invitations.models import Invitation
from mail import kinds
from mail.models import Mail, State


def fail_mail(invitation: Invitation, reason: str = "The address does not exist.") -> None:
    """The mail with the invitation's newest link is given up, as `mail.sending` does it."""
    with transaction.atomic():
        mail = Mail.objects.get(key=invitation.mail_key)
        Mail.objects.filter(pk=mail.pk).update(state=State.FAILED, attempts=1, reason=reason)
        kinds.tell(mail.kind, mail.ids, reason)
