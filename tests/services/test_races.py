"""The same races many times over on PostgreSQL: a thousand of each pair in `make soak`, a twentieth otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest

from audit.actors import SYSTEM
from audit.models import Event
from audit.recording import record
from organizations import events
from organizations.actions.base import action, locked
from organizations.models import Organization
from tests import joining_races, race_stories, role_races
from tests.races import race
from tests.scale import scaled

pytestmark = [pytest.mark.services, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def repeat(name: str, times: int, story: Callable[[int], object]) -> None:
    """Run the story that often and print how long it took."""
    begun = time.monotonic()
    for number in range(times):
        story(number)
    seconds = time.monotonic() - begun
    print(f"\n{name}: {times} races, none broken, {1000 * seconds / times:.0f} ms each")  # noqa: T201 - the figures


PAIRS = [*race_stories.PAIRS, *role_races.ROLE_PAIRS, *joining_races.JOINING_PAIRS]


@pytest.mark.parametrize("story", PAIRS, ids=lambda story: story.__name__)
def test_pair(owner, story):
    repeat(story.__name__.replace("_", " "), scaled(1_000), partial(story, owner))


def test_two_accepts_of_one_invitation(owner):
    repeat("two accepts of one invitation", scaled(1_000), lambda _: race_stories.accepts_of_one_invitation(owner, 2))


def test_two_invitations_for_the_last_seat(owner, staff):
    def story(number: int) -> None:
        race_stories.invitations_for_few_seats(owner, staff, invitations=2, free=1, name=f"last{number}")

    repeat("two invitations for the last seat", scaled(1_000), story)


def test_fifty_accepts_of_one_invitation_make_one_member(owner):
    repeat("50 accepts of one invitation", scaled(20), lambda _: race_stories.accepts_of_one_invitation(owner, 50))


def test_twenty_invitations_for_ten_free_seats(owner, staff):
    def story(number: int) -> None:
        race_stories.invitations_for_few_seats(owner, staff, invitations=20, free=10, name=f"seat{number}")

    repeat("20 invitations for 10 seats", scaled(50), story)


def test_fifty_on_the_last_use_of_a_link(owner):
    repeat("50 on the last use of a link", scaled(20), lambda _: joining_races.last_use_of_a_link(owner, 50))


def test_ten_on_the_last_seat(owner, staff):
    repeat("10 on the last seat", scaled(100), lambda _: joining_races.last_seat(owner, staff, 10))


class Reach:
    """An action that locks one organization and then, against the rule, reaches for a second one."""

    def __init__(self) -> None:
        self.both_hold_one = Barrier(2, timeout=2)
        self.runs = 0

    def __call__(self, first: Organization, second: Organization) -> None:
        _reach(organization=first, second=(second.pk,), reach=self)


@action
def _reach(*, organization: Organization, second: tuple[UUID], reach: Reach) -> None:
    reach.runs += 1
    held = locked(organization)
    try:
        reach.both_hold_one.wait()
    except BrokenBarrierError:
        pass  # the other one has gone through already
    held.seat_limit = (held.seat_limit or 0) + 1
    held.save(update_fields=["seat_limit"])
    Organization.objects.select_for_update(no_key=True).get(pk=second[0])
    record(events.SEATS_CHANGED, actor=SYSTEM, chain=held.pk, after={"seats": held.seat_limit})


def test_deadlock_is_tried_again_until_both_changes_are_made(org, other_org):
    reach = Reach()
    race([partial(reach, org, other_org), partial(reach, other_org, org)])
    assert reach.runs == 3
    for one in (org, other_org):
        one.refresh_from_db()
        assert one.seat_limit == 1
        assert Event.objects.filter(chain_id=one.pk, action="organization.seats_changed").count() == 1
