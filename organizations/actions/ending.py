"""When access ends by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from audit.actions import current_act
from audit.actors import Actor
from organizations import events, policies
from organizations.actions.answering_requests import grant_what_was_asked
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.actions.people import record_of, reloaded
from organizations.models import Membership, Organization


@action
def set_end(
    *, actor: Actor, organization: Organization, memberships: Sequence[Membership], ends_at: datetime | None
) -> Outcome[Membership]:
    """Let these people's access end at that time, or with None not at all.

    Each is asked about on their own, and passed over with the reason where the answer is no.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    outcome: Outcome[Membership] = Outcome()
    for membership in reloaded(organization, memberships):
        if membership.ends_at == ends_at:
            continue
        decision = policies.may_set_end(actor, membership, ends_at, act.now)
        if not decision:
            outcome.pass_over(membership.label, decision.reason, decision.code)
            continue
        before = membership.ends_at
        membership.ends_at, membership.noticed_days = ends_at, None
        record_of(
            events.END_SET, actor, membership, before={"ends_at": _said(before)}, after={"ends_at": _said(ends_at)}
        )
        outcome.done.append(membership)
    changed = organization.memberships.filter(pk__in=[one.pk for one in outcome.done])
    changed.update(ends_at=ends_at, noticed_days=None)
    if outcome.done and ends_at is not None:
        organization.settle_by(ends_at)
        organization.save_counters()
    grant_what_was_asked(organization, outcome.done, actor=actor)
    return outcome


def _said(ends_at: datetime | None) -> str:
    return str(ends_at) if ends_at else "never"
