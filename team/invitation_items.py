"""What can be done about one invitation, as the items of a menu: each leads to its page, or says why not."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode

from audit.actors import Actor
from invitations.models import Invitation
from invitations.policies import may_correct, may_resend, may_revoke, may_stand_longer, still_open
from organizations.policies import holds
from team.person_items import Item


def items_of_offer(actor: Actor, invitation: Invitation, at: datetime, back: str = "") -> list[Item]:
    """`back` is the page that each leads back to."""

    def page(name: str) -> str:
        url = reverse(f"invitations:{name}", args=[invitation.organization.slug, invitation.pk])
        return f"{url}?{urlencode({'next': back})}" if back else url

    found = []
    if holds(actor, "invitations.update"):
        again = may_resend(actor, invitation, at).reason
        longer = may_stand_longer(actor, invitation, at).reason
        corrected = may_correct(actor, invitation, at).reason
        ended = still_open(invitation, at).reason
        found += [
            Item("Send again", "mail-forward", page("resend"), again, dialog=True),
            Item("Extend", "clock", page("extend"), longer, dialog=True),
            Item("Correct the address", "pencil", page("correct"), corrected, dialog=True),
            Item("Another role", "shield-lock", page("change_role"), ended),
        ]
    if holds(actor, "invitations.delete"):
        reason = may_revoke(actor, invitation, at).reason
        found.append(Item("Revoke", "mail-x", page("revoke"), reason, dialog=True, danger=True, apart=bool(found)))
    return found
