"""How often people may ask to join in a day (one person, and everyone from one place), and how often one may join.

Counted in the shared cache.
"""

from __future__ import annotations

import time
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache

from organizations.policies import YES, Decision, no

DAY = 86_400


def may_ask_once_more(person: object, place: str | None) -> Decision:
    """Count one more request, and answer whether it is not too many.

    `place` is the address on the internet; None where the whole office that sits there may ask.
    """
    for name, what in (("person", str(person)), ("place", place or "")):
        if what and _counted(name, what) > settings.JOINING_LIMITS[name]:
            return no("These are too many requests to join for today. Try again tomorrow.", "limit")
    return YES


def may_join_once_more(person: object) -> Decision:
    """Count one more try to join at once: who comes and goes without end fills an audit log that is not theirs.

    Not by place: on the first day a whole office joins from one.
    """
    if _counted("joins", str(person)) > settings.JOINING_LIMITS["joins"]:
        return no("You tried to join too often today. Try again tomorrow.", "limit")
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
