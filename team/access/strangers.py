"""May this address do that, where it is no member's? Never says whether there is an account with it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from audit.actors import Actor, ActorKind
from invitations.models import Invitation, InvitationStatus
from organizations.models import Organization
from organizations.policies import holds
from team.access.answers import Explanation, Link, Mend

_ENDED = {
    InvitationStatus.ACCEPTED: "was accepted",
    InvitationStatus.DECLINED: "was declined",
    InvitationStatus.REVOKED: "was revoked",
    InvitationStatus.EXPIRED: "has expired",
}


def explain_address(organization: Organization, address: str, *, at: datetime, reader: Actor) -> Explanation:
    """The address is no member here; one invitation is named, the newest, to those who may see invitations."""
    links = []
    newest = None
    if holds(reader, "invitations.read"):
        newest = organization.invitations.to_addresses([address]).select_related("role").newest_first().first()
    if newest is not None:
        links.append(_invitation(organization, newest, at, reader))
    if newest is None or not newest.is_pending_at(at):
        mends = _ways(reader, "invitations.create", "invite this address", "invitations:create", organization)
        links.append(Link(False, "Membership", f"of {organization}: there is none with this address", mends=mends))
    return Explanation(False, f"No, {address} does not belong to {organization}.", tuple(links))


def _invitation(organization: Organization, newest: Invitation, at: datetime, reader: Actor) -> Link:
    status = newest.status_at(at)
    offered = f"As {newest.role.label}, by {newest.inviter_label}." if newest.role else f"By {newest.inviter_label}."
    if status is InvitationStatus.PENDING:
        mends = _ways(reader, "invitations.read", "open the invitations", "invitations:list", organization)
        return Link(
            False, "Invitation", "waits for an answer", when="Until", at=newest.expires_at, small=offered,
            mends=mends,
        )  # fmt: skip
    ended = newest.answered_at if status is not InvitationStatus.EXPIRED else newest.expires_at
    return Link(None, "Invitation", _ENDED[status], when="On" if ended else "", at=ended, small=offered)


def _ways(reader: Actor, permission: str, text: str, page: str, organization: Organization) -> tuple[Mend, ...]:
    """A link to that page for a member who may open it."""
    if reader.kind is not ActorKind.MEMBER or not holds(reader, permission):
        return ()
    return (Mend(text, reverse(page, args=[organization.slug])),)
