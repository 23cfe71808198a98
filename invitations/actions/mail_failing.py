"""Writing down beside an invitation that its mail failed, and that it is on its way once more."""

from __future__ import annotations

from audit.actions import current_act
from audit.actors import Actor
from invitations import events
from invitations.actions.books import record_of, reloaded
from invitations.models import Invitation
from organizations.actions.base import action, locked
from organizations.models import Organization


@action
def note_mail(*, actor: Actor, organization: Organization, invitation: Invitation, version: int, reason: str) -> None:
    """The mail of that version failed for this reason; without one it is tried again.

    Of an older version, or an invitation that is no longer open, it matters no more.
    """
    act = current_act()
    organization = locked(organization)
    found = next(iter(reloaded(organization, [invitation])), None)
    if found is None or found.version != version or not found.is_pending_at(act.now):
        return
    failed_at = act.now if reason else None
    if bool(found.mail_failed_at) is bool(reason):
        return
    Invitation.objects.filter(pk=found.pk).update(mail_failed_at=failed_at)
    if reason:
        record_of(events.MAIL_FAILED, actor, found, after={"reason": reason})
    else:
        record_of(events.MAILED_AGAIN, actor, found)
