"""Everything that changes something is an action, and every action writes one event for each thing that it changed.

The actions are found by importing every module; `scenarios/` tells of each what it must write. An action that is
missing there fails these tests, and so does one that is gone.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError

from audit.actions import actions_made
from organizations.actions.outcome import Outcome
from tests.audit import scenarios
from tests.audit.telling import NOBODY, SCENARIOS, Cast, Scenario, full_name
from tests.witness import undone, written

APPS = [app.name for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]

for module in pkgutil.iter_modules(scenarios.__path__):
    import_module(f"{scenarios.__name__}.{module.name}")


def every_action() -> dict[str, Callable[..., Any]]:
    """By name, wherever in our apps they are; the tests make some of their own."""
    for app in APPS:
        for module in pkgutil.walk_packages(import_module(app).__path__, f"{app}."):
            if ".migrations" not in module.name:
                import_module(module.name)
    return {full_name(one): one for one in actions_made() if one.__module__.split(".")[0] in APPS}


def _name(scenario: Scenario) -> str:
    return f"{inspect.unwrap(scenario.action).__name__.strip('_')}: {scenario.prepare.__name__}"


@pytest.fixture
def cast(owner, admin, member, viewer, staff, stranger) -> Cast:
    return Cast(owner, admin, member, viewer, staff, stranger)


@pytest.mark.no_database
def test_every_action_has_its_scenario_and_every_scenario_its_action():
    assert set(APPS) >= {"audit", "mail", "jobs", "accounts", "organizations", "invitations", "team"}
    told = {scenario.name for scenario in SCENARIOS}
    assert told == set(every_action())
    assert len(told) > 80


@pytest.mark.no_database
def test_an_action_that_is_not_in_the_list_is_found():
    told = {scenario.name for scenario in SCENARIOS if scenario.prepare.__name__ != "seats_are_set"}
    assert set(every_action()) - told == {"organizations.actions.plans.set_seats"}


@pytest.mark.no_database
def test_an_action_without_an_event_says_why():
    for scenario in SCENARIOS:
        assert bool(scenario.events) is not bool(scenario.silent), scenario.name


@pytest.mark.parametrize("scenario", SCENARIOS, ids=_name)
def test_it_writes_one_event_for_each_thing_changed(cast: Cast, scenario: Scenario):
    deed = scenario.deed(cast)
    with written() as news:
        deed()
    assert sorted(cast.told(news.events).elements()) == sorted(scenario.events)
    if len(news.events) > 1:  # of one change: one batch, one moment
        assert None not in {event.batch for event in news.events}
        assert len({(event.batch, event.at) for event in news.events}) == 1


@pytest.mark.parametrize("scenario", SCENARIOS, ids=_name)
def test_it_writes_nothing_where_it_is_rolled_back(cast: Cast, scenario: Scenario):
    deed = scenario.deed(cast)
    with written() as news, undone():
        deed()
    assert news.nothing


ASKING = [scenario for scenario in SCENARIOS if not scenario.asks_nobody]


@pytest.mark.parametrize("scenario", ASKING, ids=_name)
def test_it_writes_nothing_where_it_is_refused(cast: Cast, scenario: Scenario):
    deed = scenario.deed(cast)
    with written() as news:
        try:
            outcome = deed(actor=NOBODY)
        except (PermissionDenied, ValidationError):
            outcome = None
        outcome = outcome[0] if isinstance(outcome, tuple) else outcome
        assert outcome is None or (isinstance(outcome, Outcome) and not outcome.done)
    assert news.nothing
