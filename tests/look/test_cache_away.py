"""Nobody is locked out because Redis is away."""

import time

import pytest

from config.cache import SteadyCache

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def cache():
    SteadyCache.away_until = 0.0
    found = SteadyCache(NOWHERE, {"OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2}})
    yield found
    found.clear()
    SteadyCache.away_until = 0.0


def test_the_process_counts_for_itself_meanwhile(cache):
    assert cache.add("tries", 1)
    assert not cache.add("tries", 1)
    assert cache.incr("tries") == 2
    cache.set("tries", 5)
    assert cache.get("tries") == 5
    cache.delete("tries")
    assert cache.get("tries") is None


def test_an_outage_costs_one_wait_and_not_one_for_each_call(cache):
    cache.get("anything")
    began = time.monotonic()
    for _ in range(100):
        cache.get("anything")
    assert time.monotonic() - began < 0.1


@pytest.mark.django_db
def test_people_sign_in_while_redis_is_away(client, stranger, settings, cache):
    settings.CACHES = {"default": {"BACKEND": "config.cache.SteadyCache", "LOCATION": NOWHERE}}
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
    answer = client.post(
        "/accounts/login/", {"login": stranger.email, "password": "correct horse battery staple", "remember": "on"}
    )
    assert answer.status_code == 302


def test_tallies_go_on_as_well(cache):
    assert cache.tally("mailed", [b"one", b"two"], 1, 60) == [1, 1]
    assert cache.tally("mailed", [b"two"], 1, 60) == [2]
