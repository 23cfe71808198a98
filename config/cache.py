"""A shared cache that people can do without: while Redis is away, each process counts for itself."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache  # type: ignore[import-untyped]
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SECONDS_UNTIL_NEXT_TRY = 5


def _either(name: str) -> Callable[..., Any]:
    """The method of Redis, or of the process's own memory while Redis is away."""

    def method(self: "SteadyCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SteadyCache.away_until:
            try:
                return getattr(_Redis, name)(self, *args, **kwargs)
            except RedisError as error:
                SteadyCache.away_until = time.monotonic() + SECONDS_UNTIL_NEXT_TRY
                logger.warning("The cache does not answer (%s): this process counts for itself meanwhile.", error)
        return getattr(self.memory, name)(*args, **kwargs)

    return method


class MemoryCache(LocMemCache):
    """What a process keeps for itself, with tallies."""

    _tallying = Lock()

    def tally(self, name: str, digests: Sequence[bytes], number: int, seconds: int) -> list[int]:
        """Add to each of the digests, which may come twice, and answer what each counts then.

        They are kept together under the name, until nothing was added for these seconds.
        """
        with self._tallying:
            counts: dict[bytes, int] = self.get(name, {})
            found = []
            for digest in digests:
                counts[digest] = counts.get(digest, 0) + number
                found.append(counts[digest])
            self.set(name, counts, seconds)
        return found


# One question and one short answer, however many: a key for each took five times as long.
_TALLY = """
local size, digests, counts = tonumber(ARGV[1]), ARGV[2], {}
for at = 1, #digests, size do
    counts[#counts + 1] = redis.call('HINCRBY', KEYS[1], string.sub(digests, at, at + size - 1), ARGV[3])
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return table.concat(counts, ' ')
"""


class _Redis(RedisCache):  # type: ignore[misc]
    """With tallies, as `MemoryCache` has them; the digests are of one length."""

    def tally(self, name: str, digests: Sequence[bytes], number: int, seconds: int) -> list[int]:
        if not digests:
            return []
        redis, key = self.client.get_client(write=True), str(self.client.make_key(name))
        said = redis.eval(_TALLY, 1, key, len(digests[0]), b"".join(digests), number, seconds)
        return [int(count) for count in said.split()]


class SteadyCache(_Redis):
    """Limits on tries live here. A cache that merely ignores its outage says no to each `add`: nobody could sign in."""

    away_until = 0.0  # of the whole process, so that an outage costs one wait and not one for each request

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = MemoryCache("while-redis-is-away", {})

    add = _either("add")
    get = _either("get")
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    has_key = _either("has_key")
    incr = _either("incr")
    tally = _either("tally")
    get_many = _either("get_many")
    set_many = _either("set_many")
    delete_many = _either("delete_many")
    clear = _either("clear")
