"""What no index knows is looked for piece by piece, each piece as large as one page is worth."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from audit.guards import lowered
from audit.models import Event
from team.log.finding import LOOKED, SHOWN, Sought, find
from tests.team.noting import LOG, note, text_of

THEM = uuid4()
LEFT = (Q(action="member.left"),)
ABOUT_THEM = (Q(actor_id=THEM), Q(target_id=THEM))
RARE = Q(actor_label__icontains="rare")


def walked(sought: Sought, looked: int) -> list[int]:
    numbers: list[int] = []
    before = None
    while True:
        found = find(sought, before, looked=looked)
        numbers += [event.number for event in found.events]
        if found.older is None:
            return numbers
        assert before is None or found.older < before
        before = found.older


@pytest.mark.parametrize("looked", [1, 7, 40, 10_000])
@pytest.mark.parametrize(
    ("ways", "rest"), [((), RARE), ((LEFT,), RARE), ((ABOUT_THEM, LEFT), Q()), ((LEFT, ABOUT_THEM), RARE)]
)
def test_nothing_is_missed_and_nothing_found_twice(org, looked, ways, rest):
    wanted = []
    for _ in range(4):
        note(org, 11)
        wanted += note(org, actor_id=THEM, actor_label="Rare Person", action="member.left")
        note(org, 2, actor_id=THEM, target_id=THEM)
        note(org, 2, action="member.left")
    assert walked(Sought(org.pk, ways, rest), looked) == wanted[::-1]


def test_rarest_of_several_filters_leads(org):
    """Of many events of one kind the few by one person are all found at once, however far back."""
    first = note(org, actor_id=THEM)
    note(org, 60)
    found = find(Sought(org.pk, ((Q(action="member.deactivated"),), ABOUT_THEM)), looked=20)
    assert ([event.number for event in found.events], found.older) == (first, None)


def test_numbers_that_are_gone_are_not_looked_through(org):
    """What retention took away costs no step of its own."""
    with lowered():
        Event.objects.filter(chain_id=org.pk).delete()
        numbers = note(org, 9)
        for number in numbers[4:]:
            Event.objects.filter(chain_id=org.pk, number=number).update(number=number + 5_000_000)
    found = find(Sought(org.pk, (), RARE), looked=5)
    assert found.older == numbers[3] + 1
    assert find(Sought(org.pk, (), RARE), found.older, looked=5).older is None


def test_page_says_how_far_back_it_looked(client_of, org, owner):
    note(org, LOOKED + 20, at=datetime(2026, 3, 9, 12, tzinfo=UTC))
    reader = client_of(owner)
    page = reader.get(LOG, {"q": "grace okafor"})
    said = text_of(page)
    assert "None was found among the 10,000 events looked through, back to 9 March" in said
    assert "Look further back" in said
    last = text_of(reader.get(f"{LOG}?{page.context['page'].next_query}"))
    assert "Grace Okafor created the organization" in last
    assert "That is all that matches" in last


def test_page_fetches_no_more_of_an_event_than_it_shows(client_of, org, owner):
    note(org, 5)
    reader = client_of(owner)
    reader.get(LOG)
    for query in ("", f"?person={owner.user_id}", "?q=a&entity=member"):
        with CaptureQueriesContext(connection) as queries:
            reader.get(LOG + query)
        columns = {f.column for f in Event._meta.concrete_fields} - {*SHOWN, "chain_id"}
        rows = [one["sql"] for one in queries if '"audit_event"."before"' in one["sql"]]
        assert rows
        fetched = [sql.partition(" FROM ")[0] for sql in rows]
        assert not [name for name in columns for sql in fetched if f'"audit_event"."{name}"' in sql]
