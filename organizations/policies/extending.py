"""Who may ask for more time, and who may give it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from audit.actors import Actor, ActorKind
from organizations.models import Extension, ExtensionStatus, Membership, MembershipStatus, Role
from organizations.permissions import covers
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import holds
from organizations.policies.members import is_oneself, may_touch

ASKED_WITHIN = timedelta(days=30)


def may_ask_for_more_time(actor: Actor, membership: Membership, at: datetime) -> Decision:
    """Whether its person may ask now: shortly before their access ends, or shortly after."""
    organization = membership.organization
    if not is_oneself(actor, membership):
        return no("Everyone asks for more time for themself.", "not_oneself")
    if membership.ends_at is None:
        return no(f"Your access to {organization} has no end.", "no_end")
    if membership.status == MembershipStatus.DEACTIVATED and membership.ends_at > at:
        return no(f"Your access to {organization} was deactivated. Ask someone who runs the team.", "deactivated")
    if membership.ends_at - at > ASKED_WITHIN:
        return no(f"You can ask from {ASKED_WITHIN.days} days before your access ends.", "too_early")
    if at - membership.ends_at > ASKED_WITHIN:
        return no(
            f"Your access ended more than {ASKED_WITHIN.days} days ago. Ask someone who runs the team.", "too_late"
        )
    return YES


def may_ask_again(earlier: Extension) -> Decision:
    """Whether it may be asked for once more, of the same end: not after a no."""
    if earlier.status != ExtensionStatus.REFUSED:
        return YES
    return no(f"You asked already, and {earlier.answerer_label} said no. Talk to {earlier.answerer_label}.", "refused")


def is_unanswered(extension: Extension, membership: Membership) -> Decision:
    """Whether the request still waits for an answer."""
    if extension.status == ExtensionStatus.PENDING:
        return YES
    answer = ExtensionStatus(extension.status).label.lower()
    return no(f"{extension.answerer_label} has {answer} the request of {membership.label} already.", "answered")


def may_end_later(membership: Membership, ends_at: datetime | None, at: datetime) -> Decision:
    """Whether that end is more time than the person has; where they were deactivated by hand, none helps."""
    before = membership.ends_at
    if membership.status == MembershipStatus.DEACTIVATED and (before is None or before > at):
        return no(f"{membership.label} was deactivated meanwhile. Reactivate their access first.", "deactivated")
    if ends_at is not None and (before is None or ends_at <= before):
        return no("That is not later than now. Choose a later day, or refuse the request.", "earlier")
    return YES


def may_answer_extension(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may give this person more time, or refuse it: nobody their own."""
    if not (held := holds(actor, "members.update")):
        return held
    if is_oneself(actor, membership):
        return no("Nobody extends their own access. Ask someone else who may.", "own_end")
    return may_touch(actor, membership)


def roles_within_reach(actor: Actor, roles: Iterable[Role]) -> list[Role]:
    """The roles whose holders the actor stands at least as high as, owners aside: their access has no end."""
    if actor.kind in (ActorKind.STAFF, ActorKind.SYSTEM):
        return [role for role in roles if not role.owns]
    return [role for role in roles if not role.owns and covers(actor.grants, role.grant_set)]
