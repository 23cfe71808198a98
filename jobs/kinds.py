"""Kinds of jobs. Each app declares its own in `ready()`; a job keeps only the kind and what it is about."""

from __future__ import annotations

from collections.abc import Callable

from jobs.models import Job

# Does the next step in the transaction that is open: changes the job's `seen`, `changed`, `cursor` and `report`, which
# are saved with it, and answers whether there is more to do. Raises PermissionDenied or ValidationError to stop it.
Step = Callable[[Job], bool]

_kinds: dict[str, Step] = {}


def register(kind: str, step: Step) -> None:
    """Declare a kind of job; one kind is declared once."""
    if kind in _kinds:
        problem = f"The kind of job {kind} is declared twice."
        raise ValueError(problem)
    _kinds[kind] = step


def step_of(kind: str) -> Step:
    """Raises KeyError for an unknown kind."""
    return _kinds[kind]
