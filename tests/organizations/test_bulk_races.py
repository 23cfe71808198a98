"""A long change of people beside single ones, and with several workers."""

from __future__ import annotations

import pytest

from tests import bulk_races
from tests.factories import crowd

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 1_200  # three chunks


@pytest.mark.parametrize(
    "story", [bulk_races.two_workers, bulk_races.single_changes_beside], ids=lambda story: story.__name__
)
def test_story(owner, story):
    crowd(owner.organization, PEOPLE)
    story(owner, PEOPLE)
