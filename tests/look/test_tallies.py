"""Counts of many things are kept together: in the shared cache, and in a process's own while that is away."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.cache import caches

from config.cache import MemoryCache

ONE, OTHER = b"\x00one\n", b"\xffoth\r"  # bytes of any kind


@pytest.fixture(params=["shared", "own"])
def cache(request):
    """The one that the tests are run with, Redis where there is one, and that of a process."""
    return caches["default"] if request.param == "shared" else MemoryCache(uuid4().hex, {})


def test_each_is_counted_and_answered_in_its_place(cache):
    name = uuid4().hex
    assert cache.tally(name, [ONE, OTHER], 1, 60) == [1, 1]
    assert cache.tally(name, [OTHER, ONE, OTHER], 2, 60) == [3, 3, 5]
    assert cache.tally(name, [ONE], -3, 60) == [0]
    assert cache.tally(uuid4().hex, [ONE], 1, 60) == [1]


def test_nothing_is_nothing(cache):
    assert cache.tally(uuid4().hex, [], 1, 60) == []


def test_ten_thousand_are_one_question(cache):
    many = [number.to_bytes(4, "big") for number in range(10_000)]
    name = uuid4().hex
    cache.tally(name, many, 1, 60)
    assert cache.tally(name, many, 1, 60) == [2] * 10_000
