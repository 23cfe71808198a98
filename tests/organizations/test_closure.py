"""Whatever people do, nobody reaches what nobody gave them, and there is always an owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from audit.actions import Act, current_act
from organizations import policies
from organizations.actions import roles
from organizations.models import Membership, Role
from organizations.policies import YES, Decision, grants, members
from tests.factories import UserFactory
from tests.organizations.closure import PEOPLE, Access
from tests.scale import scaled

RUNS, STEPS = scaled(2_000), 50


def run(runs: int, steps: int, **more: Any) -> None:
    Access.users = [UserFactory(name=f"Person {number}") for number in range(PEOPLE)]
    run_state_machine_as_test(
        Access,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


@pytest.mark.sized
@pytest.mark.django_db
def test_nobody_reaches_a_permission_that_nobody_gave_them():
    run(RUNS, STEPS, print_blob=True)
    print(f"\naccess: {RUNS} runs of {STEPS} steps, nobody beyond what was given, always an owner")  # noqa: T201


def nobody_gives_what_they_do_not_hold(taken: pytest.MonkeyPatch) -> None:
    taken.setattr(grants, "covers", lambda held, wanted: True)


def nobody_touches_a_superior(taken: pytest.MonkeyPatch) -> None:
    for place in (members, policies, policies.groups):
        taken.setattr(place, "may_touch", lambda actor, membership: YES)


def nobody_changes_their_own_role(taken: pytest.MonkeyPatch) -> None:
    for place in (members, policies.groups):
        taken.setattr(place, "is_oneself", lambda actor, membership: False)
    taken.setattr(roles, "holds_role", lambda organization, actor, role: False)


def the_owner_rule(taken: pytest.MonkeyPatch) -> None:
    taken.setattr(members, "owner_stays", lambda membership, others: YES)
    taken.setattr(policies, "may_leave", lambda actor, membership, others: YES)


def reserved_roles_are_not_given_by_hand(taken: pytest.MonkeyPatch) -> None:
    taken.setattr(Role, "by_hand", True)


def who_is_not_active_may_nothing(taken: pytest.MonkeyPatch) -> None:
    taken.setattr(Membership, "is_active_at", lambda membership, at: True)


def bulk_asks_for_each(taken: pytest.MonkeyPatch) -> None:
    """As if a yes for one person were a yes for everyone after them."""
    for name in ("may_change_role", "may_deactivate", "may_remove"):
        taken.setattr(policies, name, _asked_until_yes(getattr(policies, name)))


def _asked_until_yes(ask: Callable[..., Decision]) -> Callable[..., Decision]:
    said_yes: list[Act] = []

    def answer(*args: Any, **kwargs: Any) -> Decision:
        act = current_act()
        if said_yes and said_yes[-1] is act:
            return YES
        decision = ask(*args, **kwargs)
        if decision:
            said_yes[:] = [act]
        return decision

    return answer


RULES = [
    nobody_gives_what_they_do_not_hold,
    nobody_touches_a_superior,
    nobody_changes_their_own_role,
    the_owner_rule,
    reserved_roles_are_not_given_by_hand,
    who_is_not_active_may_nothing,
    bulk_asks_for_each,
]


@pytest.mark.sized
@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_without_one_of_the_seven_rules_somebody_gets_too_far(rule, monkeypatch):
    if connection.vendor == "postgresql":
        pytest.skip("how sharp the machine is has nothing to do with the database")
    rule(monkeypatch)
    with pytest.raises((AssertionError, IntegrityError)):  # a constraint may see it first
        run(scaled(10_000), STEPS, phases=[Phase.generate], report_multiple_bugs=False)
