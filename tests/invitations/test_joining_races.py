"""People who come in at the same moment: one race of each kind; many more in `make soak`."""

from __future__ import annotations

import pytest

from tests import joining_races

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_at_once_on_the_last_use_of_a_link_make_one_member(owner):
    joining_races.last_use_of_a_link(owner, people=50)


def test_ten_at_once_on_the_last_seat_make_one_member_and_nine_who_wait(owner, staff):
    joining_races.last_seat(owner, staff, people=10)


@pytest.mark.parametrize("story", joining_races.JOINING_PAIRS, ids=lambda story: story.__name__)
def test_pair(owner, story):
    for number in range(3):
        story(owner, number)
