"""How often people may ask to join in a day: one person, and everyone from one place. Counted in the shared cache."""

from __future__ import annotations

import time
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache

from organizations.policies import YES, Decision, no

DAY = 86_400


def may_ask_once_more(person: object, place: str | None) -> Decision:
    """Count one more request, and answer whether it is not too many; `place` is the address on the internet."""
    for name, what in (("person", str(person)), ("place", place or "")):
        if what and _counted(name, what) > settings.JOINING_LIMITS[name]:
            return no("These are too many requests to join for today. Try again tomorrow.", "limit")
    return YES


def _counted(name: str, what: str) -> int:
    window = int(time.time()) // DAY
    key = f"join:{name}:{window}:{blake2b(what.encode(), digest_size=12).hexdigest()}"
    cache.add(key, 0, DAY)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two questions
        cache.set(key, 1, DAY)
        return 1
