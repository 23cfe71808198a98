"""Who keeps filters of the members table: everyone who reads members, for themself."""

from __future__ import annotations

from audit.actors import Actor
from organizations.models import MOST_FILTERS, Membership
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import holds
from organizations.policies.members import is_oneself


def may_keep_filters(actor: Actor, membership: Membership) -> Decision:
    if not is_oneself(actor, membership):
        return no("Everyone keeps filters for themself.", "not_oneself")
    return holds(actor, "members.read")


def has_room_for_filter(kept: int) -> Decision:
    if kept < MOST_FILTERS:
        return YES
    return no(f"You have {MOST_FILTERS} saved filters, which is as many as there can be. Delete one first.", "too_many")
