"""Putting one person into several groups and taking them out of others, as one change."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from audit.actors import Actor
from organizations import policies
from organizations.actions.base import action, locked
from organizations.actions.group_places import add_to_group, remove_from_group
from organizations.actions.outcome import Outcome, PassedOver
from organizations.actions.people import reloaded
from organizations.models import Group, Membership


@action
def arrange_groups(
    *, actor: Actor, membership: Membership, into: Sequence[Group], out_of: Sequence[Group]
) -> Outcome[Group]:
    """Each group is asked about on its own, and passed over with the reason where the answer is no.

    Raises ValidationError (`gone`) where the person no longer belongs here.
    """
    organization = locked(membership.organization_id)
    policies.still_here(reloaded(organization, [membership])).demand()
    outcome: Outcome[Group] = Outcome()
    for groups, change in ((out_of, remove_from_group), (into, add_to_group)):
        for group in groups:
            try:
                one = change(actor=actor, group=group, memberships=[membership])
            except ValidationError as gone:
                outcome.pass_over(group.name, gone.messages[0], "gone")
                continue
            for passed in one.passed_over:
                outcome.passed_over.append(PassedOver(group.name, passed.reason, passed.code))
            if one.done:
                outcome.done.append(group)
    return outcome
