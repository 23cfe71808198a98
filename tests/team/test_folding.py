"""Neighbouring events of one batch are one line, and over all pages nothing is lost and nothing comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Chain, Event
from team.log import folding
from team.log.finding import ROWS, Sought
from team.log.folding import Folded, Stretch, fold
from tests.team.noting import note

THEM = uuid4()
FILTERS = {
    "all": Sought(uuid4()),
    "one action": Sought(uuid4(), ((Q(action="member.left"),),)),
    "one person": Sought(uuid4(), ((Q(actor_id=THEM), Q(target_id=THEM)),)),
    "both": Sought(uuid4(), ((Q(actor_id=THEM), Q(target_id=THEM)), (Q(action="member.left"),))),
    "search": Sought(uuid4(), (), Q(actor_label__icontains="rare")),
}


def walked(sought: Sought, looked: int = 10_000) -> list[Folded]:
    pages = [fold(sought, looked=looked)]
    while pages[-1].older is not None:
        pages.append(fold(sought, pages[-1].older, looked=looked))
        assert len(pages) < 500
    return pages


def lines(pages: list[Folded]) -> list[Stretch]:
    return [one for page in pages for one in page.stretches]


def of_org(name: str, chain: UUID) -> Sought:
    return Sought(chain, FILTERS[name].ways, FILTERS[name].rest)


# A change is a batch (the same number is the same one), with so many events of some sort; 0 is none.
CHANGES = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9), st.integers(0, 3)), max_size=20)


@pytest.mark.parametrize("name", FILTERS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, looked=st.sampled_from([1, 7, 10_000]), rows=st.sampled_from([1, 3, 32]))
def test_nothing_is_lost_and_nothing_comes_twice(org, name, changes, looked, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("team.log.finding.ROWS", rows)
        patch.setattr("team.log.folding.ROWS", rows)
        patch.setattr("team.log.folding.READ", 4)
        patch.setattr("team.log.folding.FURTHER", 5)
        chain = Chain.objects.create(id=uuid4())
        batches = [None, *(uuid4() for _ in range(4))]
        for batch, times, sort in changes:
            said: dict[str, Any] = {
                "action": "member.left" if sort % 2 else "member.joined",
                **({"actor_id": THEM, "actor_label": "Rare Person"} if sort > 1 else {}),
            }
            note(chain, times, batch=batches[batch], **said)
        sought = of_org(name, chain.pk)
        pages = walked(sought, looked)
        wanted = list(sought.all().order_by("-number").values_list("number", flat=True))
        batch_of = dict(Event.objects.filter(chain_id=chain.pk).values_list("number", "batch"))
        found = [(one, [number for number in wanted if one.first <= number <= one.last]) for one in lines(pages)]
        assert [number for _, numbers in found for number in numbers] == wanted
        for one, numbers in found:
            assert len(numbers) > one.number if one.more else len(numbers) == one.number
            assert {batch_of[number] for number in numbers} == {one.batch}
            assert [event.number for event in one.events] == numbers[: len(one.events)]
            rest = {number for number, batch in batch_of.items() if batch and batch == one.batch} - {*numbers}
            follow = len(numbers) > 1 and one.last - one.first + 1 == len(numbers)
            assert one.is_whole is (name == "all" and follow and not rest)
        assert all(len(page.stretches) <= rows for page in pages)
        for page in pages:
            folded = [one.batch for one in page.stretches]
            assert all(a is None or a != b for a, b in pairwise(folded))


def test_events_of_one_batch_are_one_line_and_those_of_none_are_not(org):
    note(org, 3)
    several = note(org, 5, batch=uuid4())
    more = note(org, 2, batch=uuid4())
    note(org, 1)
    found = fold(Sought(org.pk)).stretches
    assert [one.number for one in found[:5]] == [1, 2, 5, 1, 1]
    assert [event.number for event in found[2].events] == several[::-1]
    assert (found[1].first, found[1].last) == (more[0], more[-1])
    assert found[1].is_whole
    assert found[2].is_whole


def test_what_stands_between_two_steps_of_a_job_keeps_its_place(org):
    batch = uuid4()
    note(org, 60, batch=batch)
    between = note(org, 2)
    note(org, 60, batch=batch)
    found = fold(Sought(org.pk)).stretches
    assert [one.number for one in found[:4]] == [60, 1, 1, 60]
    assert [one.last for one in found[1:3]] == between[::-1]
    assert not found[0].is_whole
    assert not found[3].is_whole


def test_batch_of_ten_thousand_is_one_line_of_a_full_page(org, monkeypatch):
    note(org, 40)
    several = note(org, 10_000, batch=uuid4())
    note(org, 3)
    with CaptureQueriesContext(connection) as queries:
        page = fold(Sought(org.pk))
    assert len(page.stretches) == ROWS
    long = page.stretches[3]
    assert (long.number, long.more, long.is_whole, long.first) == (10_000, False, True, several[0])
    assert len(long.events) == folding.READ + 1
    assert len(queries) <= 5
    assert lines(walked(Sought(org.pk)))[-1].first == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads the plans of PostgreSQL")
def test_end_of_a_batch_is_read_off_its_index_in_order(org):
    """The table of a test is too new to be read by indexes alone where PostgreSQL has other ways: it gets none."""
    for _ in range(20):
        note(org, 200, batch=uuid4())
        note(org, 200)
    note(org, 2_000, batch=uuid4())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_event")
    with CaptureQueriesContext(connection) as queries:
        fold(Sought(org.pk))
    ends, *_ = [one["sql"] for one in queries if "ROW_NUMBER" in one["sql"]]
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {ends}")
        plan = list(nodes(cursor.fetchone()[0][0]["Plan"]))
    assert [node.get("Index Name") for node in plan if "Scan" in node["Node Type"]] == [None, "audit_event_batch"]
    assert plan[-1]["Node Type"] == "Index Only Scan"
    assert not [node for node in plan if "Sort" in node["Node Type"]]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from nodes(one)


def test_page_that_begins_within_a_batch_shows_the_rest_of_it(org):
    several = note(org, 50, batch=uuid4())
    page = fold(Sought(org.pk), several[20])
    assert (page.stretches[0].number, page.stretches[0].last, page.stretches[0].is_whole) == (20, several[19], False)


def test_page_that_ends_with_the_last_event_of_the_chain_has_none_after_it(org, other_org):
    chain = Chain.objects.create(id=uuid4())
    note(chain, 500, batch=uuid4())
    page = fold(Sought(chain.pk))
    assert ([one.number for one in page.stretches], page.older) == ([500], None)


def test_filters_count_what_matches_them(org):
    batch = uuid4()
    for _ in range(40):
        note(org, 1, batch=batch, action="member.left")
        note(org, 2, batch=batch)
    found = lines(walked(Sought(org.pk, ((Q(action="member.left"),),))))
    assert [(one.number, one.more, one.is_whole) for one in found] == [(40, False, False)]


def test_more_than_is_counted_is_said_to_be_more(org, monkeypatch):
    monkeypatch.setattr(folding, "READ", 50)
    note(org, 70, batch=uuid4(), action="member.left")
    found = fold(Sought(org.pk, ((Q(action="member.left"),),))).stretches
    assert [(one.number, one.more) for one in found] == [(50, True)]


def test_many_batches_fill_a_page_as_far_as_a_few_questions_go(org):
    for _ in range(40):
        note(org, 7, batch=uuid4())
    with CaptureQueriesContext(connection) as queries:
        page = fold(Sought(org.pk))
    assert len(page.stretches) == ROWS
    assert len(queries) <= 6
    assert [one.number for one in lines(walked(Sought(org.pk)))][:40] == [7] * 40


def test_each_stretch_is_of_one_batch(org):
    for batch in (uuid4(), uuid4()):
        note(org, 2, batch=batch)
    found = fold(Sought(org.pk)).stretches
    assert [[event.batch for event in one.events] for one in found[:2]] == [
        [key, key] for key, _ in groupby(one.batch for one in found[:2])
    ]
