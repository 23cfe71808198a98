"""Taking offers back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from audit.actions import current_act
from audit.actors import Actor
from invitations import events, policies
from invitations.actions.books import record_of, reloaded, turn
from invitations.models import Invitation, InvitationStatus
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.models import Organization


@action
def revoke(*, actor: Actor, organization: Organization, invitations: Sequence[Invitation]) -> Outcome[Invitation]:
    """Withdraw offers that are still open, and free the seats that they reserved."""
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Invitation] = Outcome()
    for invitation in reloaded(organization, invitations):
        decision = policies.may_revoke(actor, invitation, act.now)
        if decision:
            outcome.done.append(invitation)
        elif invitation.status != InvitationStatus.REVOKED:
            outcome.pass_over(invitation.email, decision.reason, decision.code)
    withdraw(organization, outcome.done, actor=actor)
    return outcome


def withdraw_from_member(organization: Organization, addresses: Collection[str], *, actor: Actor) -> None:
    """Withdraw what is still offered to these addresses of somebody who has just come into the locked organization."""
    if not addresses or not organization.reserved_seats:  # each offer that is open reserves one
        return
    theirs = organization.invitations.filter(status=InvitationStatus.PENDING).to_addresses(addresses).order_by()
    if theirs.exists():  # seldom; whole rows cost more to ask for
        withdraw(organization, list(theirs), actor=actor, reason="its person has joined another way")


def withdraw(organization: Organization, invitations: Sequence[Invitation], *, actor: Actor, reason: str = "") -> None:
    """Revoke pending invitations of the locked organization, with their events; for actions that have asked already."""
    if not invitations:
        return
    act = current_act()
    turn(invitations, InvitationStatus.REVOKED, answered_at=act.now, remind_at=None)
    for invitation in invitations:
        organization.count_offers(invitation.role_id, -1)
        after = {"status": InvitationStatus.REVOKED.value} | ({"reason": reason} if reason else {})
        record_of(events.REVOKED, actor, invitation, before={"status": InvitationStatus.PENDING.value}, after=after)
    organization.save_counters()
