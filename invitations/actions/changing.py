"""Offering another role in place of the one that was offered."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError

from audit.actions import current_act
from audit.actors import Actor
from invitations import emails, events, policies
from invitations.actions.books import record_of, reloaded_one, turn
from invitations.against import what_stands_against
from invitations.limits import limited
from invitations.models import Invitation, InvitationStatus
from invitations.offers import next_reminder
from invitations.sorting import TOO_OFTEN
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import role_of
from organizations.models import Organization, Role

_CHANGED = [
    "role_id", "version", "sent_at", "mail_failed_at", "remind_at", "end_reminded_at", "invited_by_id", "inviter_label",
]  # fmt: skip


@limited(lambda arguments: {arguments["invitation"].email})
@action
def change_offered_role(
    *, actor: Actor, organization: Organization, invitation: Invitation, role: Role, too_often: Collection[str] = ()
) -> Invitation:
    """Offer that role instead, with a new link; the older one says so. Everything else of the offer stays.

    Raises ValidationError (`gone`, `not_pending`, `unknown_role`, `owner`, `member`, `refused`,
    `limit`, `too_often`) and PermissionDenied.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    found = reloaded_one(organization, invitation)
    wanted = role_of(organization, role)
    policies.still_open(found, act.now).demand()
    policies.may_offer_instead(actor, found, wanted).enforce()
    if found.role_id == wanted.pk:
        return found
    policies.may_end(wanted, found.access_ends_at, act.now).demand()
    if (against := what_stands_against(organization, [found]).get(found.email)) is not None:
        against.demand()
    if found.email in too_often:
        raise ValidationError(TOO_OFTEN, code="too_often")
    offer_instead(organization, [found], wanted, actor=actor)
    return found


def offer_instead(organization: Organization, invitations: Sequence[Invitation], role: Role, *, actor: Actor) -> None:
    """Offer this role in place of another, in the actor's name and with a new link; for actions that have asked."""
    act = current_act()
    for invitation in invitations:
        before = {"role": invitation.role.label if invitation.role else "", "version": invitation.version}
        organization.count_offers(invitation.role_id, -1)
        organization.count_offers(role.pk, 1)
        invitation.role, invitation.organization = role, organization
        invitation.version += 1
        invitation.sent_at, invitation.mail_failed_at = act.now, None
        invitation.remind_at = next_reminder(act.now, invitation.expires_at, act.now)
        invitation.end_reminded_at = None
        invitation.invited_by_id, invitation.inviter_label = actor.id, actor.label
        turn([invitation], InvitationStatus.PENDING, **{name: getattr(invitation, name) for name in _CHANGED})
        after = {"role": role.label, "version": invitation.version}
        record_of(events.ROLE_CHANGED, actor, invitation, before=before, after=after)
    organization.save_counters()
    emails.send_links(invitations)
