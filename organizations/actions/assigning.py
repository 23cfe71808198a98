"""Giving people another role."""

from __future__ import annotations

from collections.abc import Sequence

from audit.actions import current_act
from audit.actors import Actor
from organizations import events, policies, signals
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.actions.people import Owners, label_of, places_that_matter, record_of, reloaded, role_of
from organizations.models import Membership, Organization, Role
from organizations.querysets import MembershipQuerySet


@action
def change_role(
    *, actor: Actor, organization: Organization, memberships: Sequence[Membership], role: Role | None
) -> Outcome[Membership]:
    """Give these people that role, or with None take theirs away; it counts from their next request.

    Each is asked about on their own, and passed over with the reason where the answer is no. Raises ValidationError
    (`unknown_role`, `too_many`) and PermissionDenied where the actor is no longer here.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    found = role_of(organization, role) if role else None
    outcome: Outcome[Membership] = Outcome()
    people = reloaded(organization, memberships)
    places = places_that_matter(actor, found, people)
    owners = Owners(organization)
    for membership in people:
        if membership.role_id == (found.pk if found else None):
            continue
        decision = policies.may_change_role(
            actor,
            membership,
            found,
            other_owners=owners.besides(membership),
            places=places.get(membership.pk, []),
            at=act.now,
        )
        if decision and found and found.takes_seat and not membership.takes_seat and membership.is_active_at(act.now):
            decision = policies.has_seats(organization, 1)
        if not decision:
            outcome.pass_over(membership.label, decision.reason, decision.code)
            continue
        owners.lose(membership)
        _hold(membership, found, actor=actor)
        outcome.done.append(membership)
    _save_roles(organization, outcome.done)
    finish(organization, outcome.done, actor=actor)
    return outcome


def give_role(membership: Membership, role: Role | None, *, actor: Actor, reason: str = "") -> None:
    """Write the role down, with its event; for actions that have asked. Counters are kept, and saved by `finish`."""
    _hold(membership, role, actor=actor, reason=reason)
    _save_roles(membership.organization, [membership])


def _hold(membership: Membership, role: Role | None, *, actor: Actor, reason: str = "") -> None:
    """Count and record it; the row is saved with those of others who are given the same role."""
    organization = membership.organization
    before = membership.role
    organization.count_out(membership)
    membership.take_role(role)
    organization.count_in(membership)
    after = {"role": label_of(role)} | ({"reason": reason} if reason else {})
    record_of(events.ROLE_CHANGED, actor, membership, before={"role": label_of(before)}, after=after)


def _save_roles(organization: Organization, changed: Sequence[Membership]) -> None:
    """One query: they all hold the same role now."""
    if changed:
        one = changed[0]
        rows = organization.memberships.filter(id__among={each.pk for each in changed})
        rows.update(role=one.role, owns=one.owns, sole_owner=one.sole_owner)


def finish(organization: Organization, changed: Sequence[Membership], *, actor: Actor) -> None:
    """Save the counters, and tell whoever keeps what these people had open."""
    if not changed:
        return
    organization.save_counters()
    tell(organization, organization.memberships.filter(id__among={one.pk for one in changed}), actor=actor)


def tell(organization: Organization, memberships: MembershipQuerySet, *, actor: Actor) -> None:
    """Say that these people may do something else than before."""
    signals.authority_changed.send(Membership, organization=organization, memberships=memberships, actor=actor)
