"""The one function that writes down what happened."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from audit.actions import current_act
from audit.actors import Actor
from audit.ambient import origin
from audit.entries import Entry
from audit.events import EventKind


def record(
    kind: EventKind,
    *,
    actor: Actor,
    chain: UUID,
    target_id: UUID | None = None,
    target_label: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one event of the action under way, in its transaction; it is numbered when the action ends.

    `chain` is the id of the organization (or account) that this happened in. Raises ValueError for a field that the
    kind does not declare.
    """
    before, after = before or {}, after or {}
    if not (before.keys() <= kind.fields and after.keys() <= kind.fields):
        undeclared = {*before, *after} - kind.fields
        message = f"The event {kind.action} may not hold {', '.join(sorted(undeclared))}."
        raise ValueError(message)
    act = current_act()
    if act.batch is None and act.entries:
        act.batch = uuid7()  # the first of them gets it when they are written
    act.entries.append(Entry(kind, actor, chain, target_id, target_label, before, after, act.batch, origin()))
