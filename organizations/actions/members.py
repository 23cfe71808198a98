"""Coming into an organization, being suspended from it, and leaving it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession

from accounts.actions import end_sessions
from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor, ActorKind
from audit.recording import record
from organizations import events, policies, signals
from organizations.actions.answering_requests import drop_what_was_asked, grant_what_was_asked
from organizations.actions.assigning import finish
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.ended_places import leave_groups, not_given_back
from organizations.actions.outcome import Outcome
from organizations.actions.ownership import drop_offers_to
from organizations.actions.people import (
    Owners,
    label_of,
    other_owners,
    places_of_roles_held,
    record_of,
    reloaded,
)
from organizations.models import GroupPlace, Membership, MembershipSource, MembershipStatus, Organization, Role

_CAME = {
    MembershipSource.INVITATION: events.MEMBER_JOINED,
    MembershipSource.DOMAIN: events.JOINED_BY_DOMAIN,
    MembershipSource.REQUEST: events.JOINED_BY_REQUEST,
    MembershipSource.OPEN: events.JOINED_OPENLY,
    MembershipSource.LINK: events.JOINED_BY_LINK,
}


def admit(
    organization: Organization,
    user: User,
    role: Role | None,
    *,
    source: MembershipSource,
    actor: Actor,
    ends_at: datetime | None,
    own_name: str = "",
    job_title: str = "",
    phone: str = "",
) -> Membership:
    """Make the user a member of the locked organization, with the event; for actions that have asked the rest.

    `own_name`, `job_title`, `phone`: what the organization keeps of them.
    """
    membership = Membership(
        organization=organization,
        user=user,
        source=source,
        joined_at=current_act().now,
        ends_at=ends_at,
        own_name=own_name,
        job_title=job_title,
        phone=phone,
    )
    membership.take_role(role)
    membership.copy_user(user.name, user.email, two_factor=is_mfa_enabled(user))
    membership.save(force_insert=True)
    membership.as_text().save(force_insert=True)
    organization.count_in(membership)
    organization.settle_by(ends_at)
    organization.save_counters()
    record(
        _CAME.get(source, events.MEMBER_ADDED),
        actor=actor,
        chain=organization.pk,
        target_id=user.pk,
        target_label=membership.label,
        after={"role": role.label if role else "", "source": source.value}
        | ({"ends_at": str(ends_at)} if ends_at else {}),
    )
    signals.member_added.send(Membership, organization=organization, membership=membership, actor=actor)
    return membership


@action
def leave(*, actor: Actor, membership: Membership) -> None:
    """A person leaves an organization. Leaving twice changes nothing; the last owner cannot."""
    organization = locked(membership.organization_id)
    people = reloaded(organization, [membership])
    if not people:
        return
    found = people[0]
    actor = _leaver(actor, organization, found)
    policies.may_leave(actor, found, other_owners(organization, found)).enforce()
    before = {"role": found.role.label if found.role else "", "status": found.status}
    take_away(organization, [found], actor=actor)
    record_of(events.MEMBER_LEFT, actor, found, before=before)
    organization.save_counters()


@action
def deactivate(*, actor: Actor, organization: Organization, memberships: Sequence[Membership]) -> Outcome[Membership]:
    """End these people's access here, from their next request on; nothing of them is deleted."""
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Membership] = Outcome()
    owners = Owners(organization)
    for membership in reloaded(organization, memberships):
        if membership.status == MembershipStatus.DEACTIVATED:
            continue
        decision = policies.may_deactivate(actor, membership, owners.besides(membership))
        if not decision:
            outcome.pass_over(membership.label, decision.reason, decision.code)
            continue
        organization.count_out(membership)
        owners.lose(membership)
        membership.status = MembershipStatus.DEACTIVATED
        organization.count_in(membership)
        record_of(
            events.MEMBER_DEACTIVATED,
            actor,
            membership,
            before={"status": MembershipStatus.ACTIVE.value},
            after={"status": MembershipStatus.DEACTIVATED.value},
        )
        outcome.done.append(membership)
    _save_status(organization, outcome.done)
    drop_offers_to(organization, outcome.done, actor=actor)
    finish(organization, outcome.done, actor=actor)
    _end_sessions(outcome.done, actor=actor)
    return outcome


@action
def reactivate(
    *, actor: Actor, organization: Organization, memberships: Sequence[Membership], whole: bool = False
) -> Outcome[Membership]:
    """Give these people their access back, as far as seats are free; who finds none is passed over.

    A place in a group where the actor could not give what the role grants ends; with `whole`, as undoing needs it, who
    has one is passed over instead.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Membership] = Outcome()
    people = reloaded(organization, memberships)
    places = places_of_roles_held(actor, people)
    ending: list[tuple[Membership, list[GroupPlace]]] = []
    for membership in people:
        if membership.status == MembershipStatus.ACTIVE:
            continue
        decision = policies.may_reactivate(actor, membership, act.now)
        lost = [one for one in places.get(membership.pk, []) if not policies.may_give_back(actor, membership, one)]
        if decision and whole and lost:
            decision = policies.may_give_back(actor, membership, lost[0])
        if decision and membership.takes_seat:
            decision = policies.has_seats(organization, 1)
        if not decision:
            outcome.pass_over(membership.label, decision.reason, decision.code)
            continue
        organization.count_out(membership)
        membership.status = MembershipStatus.ACTIVE
        organization.count_in(membership)
        organization.settle_by(membership.ends_at)
        record_of(
            events.MEMBER_REACTIVATED,
            actor,
            membership,
            before={"status": MembershipStatus.DEACTIVATED.value},
            after={"status": MembershipStatus.ACTIVE.value},
        )
        outcome.done.append(membership)
        ending.append((membership, lost))
    if outcome.done:
        _save_status(organization, outcome.done)
        for membership, lost in ending:
            not_given_back(membership, lost, actor=actor)
        organization.save_counters()
        grant_what_was_asked(organization, outcome.done, actor=actor)
    return outcome


@action
def remove(*, actor: Actor, organization: Organization, memberships: Sequence[Membership]) -> Outcome[Membership]:
    """Take these people out of the organization for good; their accounts stay theirs."""
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Membership] = Outcome()
    owners = Owners(organization)
    for membership in reloaded(organization, memberships):
        decision = policies.may_remove(actor, membership, owners.besides(membership))
        if not decision:
            outcome.pass_over(membership.label, decision.reason, decision.code)
            continue
        owners.lose(membership)
        outcome.done.append(membership)
    if outcome.done:
        take_away(organization, outcome.done, actor=actor)
        for membership in outcome.done:
            before = {"role": label_of(membership.role), "status": membership.status}
            record_of(events.MEMBER_REMOVED, actor, membership, before=before)
        organization.save_counters()
        _end_sessions(outcome.done, actor=actor)
    return outcome


def take_away(organization: Organization, memberships: Sequence[Membership], *, actor: Actor) -> None:
    """Delete the memberships after everyone who must know was told; for actions that have asked.

    The counters are saved by the caller, which also writes the event.
    """
    for membership in memberships:
        signals.member_removed.send(Membership, organization=organization, membership=membership, actor=actor)
    signals.members_removed.send(Membership, organization=organization, memberships=memberships, actor=actor)
    drop_offers_to(organization, memberships, actor=actor)
    leave_groups(memberships, actor=actor)
    drop_what_was_asked(organization, memberships, actor=actor)
    for membership in memberships:
        organization.count_out(membership)
    # One query for each table that points here; the objects keep their ids, to say who it was.
    organization.memberships.filter(id__among={one.pk for one in memberships}).delete()


def _save_status(organization: Organization, changed: Sequence[Membership]) -> None:
    """One query: they all have the same status now."""
    if changed:
        organization.memberships.filter(id__among={one.pk for one in changed}).update(status=changed[0].status)


def _end_sessions(memberships: Sequence[Membership], *, actor: Actor) -> None:
    """Sign out whoever has lost the last organization that they were active in."""
    act = current_act()
    users = {one.user_id for one in memberships}
    active = Membership.objects.active(act.now).order_by()
    elsewhere = set(active.filter(user__id__among=users).values_list("user_id", flat=True))
    found: dict[UUID, list[UserSession]] = {}
    for session in UserSession.objects.filter(user__id__among=users - elsewhere):
        found.setdefault(session.user_id, []).append(session)
    for user_id in sorted(found):
        end_sessions(actor=actor, user=act.users[user_id], sessions=found[user_id])


def _leaver(actor: Actor, organization: Organization, membership: Membership) -> Actor:
    """Whoever is deactivated may still leave; everyone else acts with what they hold now."""
    act = current_act()
    if actor.kind is ActorKind.MEMBER and actor.id == membership.user_id and not membership.is_active_at(act.now):
        return membership.as_actor(act.now)
    return as_of_now(actor, organization)
