"""A shared cache that people can do without: while Redis is away, each process counts for itself."""

import logging
import time
from collections.abc import Callable
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
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except RedisError as error:
                SteadyCache.away_until = time.monotonic() + SECONDS_UNTIL_NEXT_TRY
                logger.warning("The cache does not answer (%s): this process counts for itself meanwhile.", error)
        return getattr(self.memory, name)(*args, **kwargs)

    return method


class SteadyCache(RedisCache):  # type: ignore[misc]
    """Limits on tries live here. A cache that merely ignores its outage says no to each `add`: nobody could sign in."""

    away_until = 0.0  # of the whole process, so that an outage costs one wait and not one for each request

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = LocMemCache("while-redis-is-away", {})

    add = _either("add")
    get = _either("get")
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    has_key = _either("has_key")
    incr = _either("incr")
    get_many = _either("get_many")
    set_many = _either("set_many")
    delete_many = _either("delete_many")
    clear = _either("clear")
