"""Who may change how an organization works."""

from __future__ import annotations

from audit.actors import Actor, ActorKind
from organizations.models import Membership, Organization
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import holds


def may_change_settings(actor: Actor) -> Decision:
    return holds(actor, "organization.update")


def may_require_two_factor(actor: Actor, membership: Membership | None, organization: Organization) -> Decision:
    """Whoever requires a second factor of everyone has one: else they would lock themselves out."""
    if not (held := may_change_settings(actor)):
        return held
    if membership is not None and not membership.two_factor:
        return no(f"Set up a second factor for yourself before {organization} requires one of everyone.", "two_factor")
    return YES


def may_approve_for_production(actor: Actor) -> Decision:
    return YES if actor.kind is ActorKind.STAFF else no("Only staff approve an organization for production.")
