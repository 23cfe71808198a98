"""Measures what it costs to ask for a permission, beside two well-known ways of asking, in one run.

python -m benchmarks.access

The others: django-guardian's ObjectPermissionChecker after `prefetch_perms`, as installed; and the two habits of
pretix, rebuilt here from its sources (src/pretix/base/models/auth.py and organizer.py, as of 2020 and later): asking
the user for the event, whose teams are cached on the user, and looking into the set of permissions that is computed
once per request. The last is a bare lookup in a set: it knows neither a group nor a reason.
"""

from __future__ import annotations

import os
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.access_settings"
django.setup()

from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import assign_perm

from organizations.access import may
from organizations.models import Group, GroupPlace, Membership
from tests.example.models import Task
from tests.factories import UserFactory, found, join

ROUNDS, TIMES, FIRST_TIMES = 7, 100_000, 300
YES, NO, BY_GROUP = "search.use", "members.delete", "connectors.update"


class Team(models.Model):
    """A team as pretix has them: a column for each permission."""

    can_create_events = models.BooleanField(default=False)
    can_change_teams = models.BooleanField(default=False)
    can_change_organizer_settings = models.BooleanField(default=False)
    can_manage_customers = models.BooleanField(default=False)
    can_manage_gift_cards = models.BooleanField(default=False)
    can_change_event_settings = models.BooleanField(default=False)
    can_change_items = models.BooleanField(default=False)
    can_view_orders = models.BooleanField(default=False)
    can_change_orders = models.BooleanField(default=False)
    can_checkin_orders = models.BooleanField(default=False)
    can_view_vouchers = models.BooleanField(default=False)
    can_change_vouchers = models.BooleanField(default=False)

    class Meta:
        app_label = "benchmark"
        managed = False

    def __str__(self) -> str:
        return str(self.pk)

    def has_permission(self, name: str) -> bool:
        return bool(getattr(self, name))


class TeamUser:
    """A user as pretix asks them: the teams of an event are looked up once and kept."""

    def __init__(self, event: str, teams: list[Team]) -> None:
        self.teams_of = {f"e{event}": teams}

    def has_event_permission(self, event: str, permission: str) -> bool:
        teams = self.teams_of[f"e{event}"]
        return any(team.has_permission(permission) for team in teams)

    def permission_set(self, event: str) -> set[str]:
        teams = self.teams_of[f"e{event}"]
        return {name for team in teams for name in dir(team) if name.startswith("can_") and team.has_permission(name)}


@dataclass
class Figure:
    what: str
    microseconds: float
    queries: int


def main() -> None:
    call_command("migrate", verbosity=0)
    owner = found(UserFactory(name="Grace Okafor"), "Aster Library", "aster", scheme="knowledge-platform")
    curator = join(owner, UserFactory(name="Samuel Osei"), "curator")
    group = Group.objects.create(organization=owner.organization, name="Reading room")
    GroupPlace.objects.create(group=group, membership=curator, curates=True)
    figures = [*_of_roster(curator, group), *_of_guardian(curator), *_of_pretix()]
    base = figures[0].microseconds
    print(f"{'':<48}{'µs':>9}{'× may, yes':>12}{'queries':>9}")
    for figure in figures:
        print(f"{figure.what:<48}{figure.microseconds:>9.3f}{figure.microseconds / base:>12.1f}{figure.queries:>9}")


def _of_roster(curator: Membership, group: Group) -> list[Figure]:
    one = Membership.objects.get(pk=curator.pk)
    again = Group.objects.get(pk=group.pk)
    _must_be([may(one, YES), not may(one, NO), may(one, BY_GROUP, group)])
    return [
        _later("may, yes", lambda: may(one, YES)),
        _later("may, no", lambda: may(one, NO)),
        _later("may, yes, with a group", lambda: may(one, BY_GROUP, group)),
        _later("may, yes, with the group loaded again", lambda: may(one, BY_GROUP, again)),
        _first("may, the first question of a request", curator),
    ]


def _of_guardian(curator: Membership) -> list[Figure]:
    task = Task.objects.create(organization=curator.organization, title="Oil the lathe")
    user = curator.user
    assign_perm("example.view_task", user, task)
    checker = ObjectPermissionChecker(user)
    checker.prefetch_perms([task])  # type: ignore[arg-type]
    _must_be([checker.has_perm("view_task", task), not checker.has_perm("delete_task", task)])
    return [
        _later("django-guardian, prefetched checker, yes", lambda: checker.has_perm("view_task", task)),
        _later("django-guardian, prefetched checker, no", lambda: checker.has_perm("delete_task", task)),
    ]


def _of_pretix() -> list[Figure]:
    teams = [Team(pk=1, can_view_orders=True), Team(pk=2, can_view_vouchers=True, can_change_vouchers=True)]
    user = TeamUser("1", teams)
    kept = user.permission_set("1")
    return [
        _later("pretix, has_event_permission, yes", lambda: user.has_event_permission("1", "can_change_vouchers")),
        _later("pretix, has_event_permission, no", lambda: user.has_event_permission("1", "can_change_teams")),
        _later("pretix, the set kept by the request", lambda: "can_change_vouchers" in kept),
        _later("pretix, making that set", lambda: user.permission_set("1"), times=2_000),
    ]


def _must_be(answers: list[object]) -> None:
    """A fast wrong answer is worth nothing."""
    if not all(answers):
        raise SystemExit("An answer is wrong, so nothing is measured.")


def _later(what: str, ask: Callable[[], Any], times: int = TIMES) -> Figure:
    """A question asked before; what the call of an empty function costs is taken off."""
    with CaptureQueriesContext(connection) as queries:
        ask()
    nothing = min(timeit.repeat(lambda: None, number=times, repeat=ROUNDS))
    taken = min(timeit.repeat(ask, number=times, repeat=ROUNDS)) - nothing
    return Figure(what, taken / times * 1e6, len(queries))


def _first(what: str, curator: Membership) -> Figure:
    fresh = [Membership.objects.get(pk=curator.pk) for _ in range(FIRST_TIMES + 1)]
    with CaptureQueriesContext(connection) as queries:
        may(fresh.pop(), YES)
    taken = timeit.timeit(lambda: may(fresh.pop(), YES), number=FIRST_TIMES)
    return Figure(what, taken / FIRST_TIMES * 1e6, len(queries))


if __name__ == "__main__":
    main()
