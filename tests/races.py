"""Runs deeds at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

SECONDS = 60


def race(deeds: Sequence[Callable[[], object]]) -> list[object]:
    """What each deed answered, or the refusal that it raised; anything else that goes wrong is raised here."""
    start = Barrier(len(deeds))
    results: list[object] = [None] * len(deeds)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(SECONDS)
            results[place] = deeds[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,), daemon=True) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive(), "A deed hangs."
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, PermissionDenied | ValidationError):
            raise result
    return results


def refusals(results: Sequence[object]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]
