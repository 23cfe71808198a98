"""Things that people do at the same moment, on the database at hand: one of each story, and 50 accepts of one offer."""

from __future__ import annotations

import pytest

from tests import race_stories, role_races

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_accepts_of_one_invitation_make_one_member(owner):
    race_stories.accepts_of_one_invitation(owner, times=50)


def test_twenty_invitations_for_ten_free_seats(owner, staff):
    race_stories.invitations_for_few_seats(owner, staff, invitations=20, free=10)


@pytest.mark.parametrize("story", [*race_stories.PAIRS, *role_races.ROLE_PAIRS], ids=lambda story: story.__name__)
def test_pair(owner, story):
    for number in range(3):
        story(owner, number)
