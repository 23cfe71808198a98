"""Coming into an organization and leaving it."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.utils import is_mfa_enabled

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor, ActorKind
from audit.recording import record
from organizations import events, policies, signals
from organizations.actions.base import action, as_of_now, locked
from organizations.models import Membership, MembershipSource, MembershipStatus, Organization, Role


def admit(
    organization: Organization,
    user: User,
    role: Role | None,
    *,
    source: MembershipSource,
    actor: Actor,
    ends_at: datetime | None,
) -> Membership:
    """Make the user a member of the locked organization, with the event; for actions that have asked the rest."""
    membership = Membership(
        organization=organization,
        user=user,
        role=role,
        source=source,
        joined_at=current_act().now,
        ends_at=ends_at,
    )
    membership.copy_user(user.name, user.email, two_factor=is_mfa_enabled(user))
    membership.save(force_insert=True)
    organization.active_members += 1
    organization.settle_by(ends_at)
    organization.save(update_fields=["active_members", "reserved_seats", "settles_at"])
    record(
        events.MEMBER_JOINED if source == MembershipSource.INVITATION else events.MEMBER_ADDED,
        actor=actor,
        chain=organization.pk,
        target_id=user.pk,
        target_label=membership.label,
        after={"role": role.label if role else "", "source": source.value},
    )
    return membership


@action
def leave(*, actor: Actor, membership: Membership) -> None:
    """A person leaves an organization. Leaving twice changes nothing; the last owner cannot."""
    organization = locked(membership.organization_id)
    found = organization.memberships.select_related("role").filter(pk=membership.pk).first()
    if found is None:
        return
    actor = _leaver(actor, organization, found)
    act = current_act()
    others = organization.memberships.owners(act.now).exclude(pk=found.pk).count() if actor.owns else 0
    policies.may_leave(actor, found, others).enforce()
    signals.member_removed.send(Membership, organization=organization, membership=found, actor=actor)
    if found.status == MembershipStatus.ACTIVE:
        organization.active_members -= 1
    else:
        organization.deactivated_members -= 1
    organization.save(update_fields=["active_members", "deactivated_members", "reserved_seats"])
    record(
        events.MEMBER_LEFT,
        actor=actor,
        chain=organization.pk,
        target_id=found.user_id,
        target_label=found.label,
        before={"role": found.role.label if found.role else "", "status": found.status},
    )
    found.delete()


def _leaver(actor: Actor, organization: Organization, membership: Membership) -> Actor:
    """Whoever is deactivated may still leave; everyone else acts with what they hold now."""
    act = current_act()
    if actor.kind is ActorKind.MEMBER and actor.id == membership.user_id and not membership.is_active_at(act.now):
        return membership.as_actor(act.now)
    return as_of_now(actor, organization)
