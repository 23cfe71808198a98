"""The one function that writes down what happened."""

from typing import Any
from uuid import UUID

from audit.actions import current_act
from audit.actors import Actor, ActorKind
from audit.ambient import origin
from audit.events import EventKind
from audit.models import Event, EventType

_TYPES = {ActorKind.STAFF: EventType.STAFF_ACTION, ActorKind.SYSTEM: EventType.SYSTEM_ACTION}


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
    if undeclared := ({*(before or {}), *(after or {})} - kind.fields):
        message = f"The event {kind.action} may not hold {', '.join(sorted(undeclared))}."
        raise ValueError(message)
    act = current_act()
    where = origin()
    act.events.append(
        Event(
            chain_id=chain,
            at=act.now,
            type=_TYPES.get(actor.kind, EventType.USER_ACTION),
            action=kind.action,
            entity=kind.entity,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_label=actor.label,
            on_behalf_of=actor.on_behalf_of,
            target_id=target_id,
            target_label=target_label,
            before=before or {},
            after=after or {},
            batch=act.batch,
            address=where.address,
            user_agent=where.user_agent,
            request_id=where.request_id,
        )
    )
