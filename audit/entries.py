"""What an action has recorded and not written yet: it has no number and no row, and costs next to nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from audit.actors import Actor, ActorKind
from audit.ambient import Origin
from audit.events import EventKind
from audit.models import EventType

_TYPES = {ActorKind.STAFF: EventType.STAFF_ACTION, ActorKind.SYSTEM: EventType.SYSTEM_ACTION}


class Entry(NamedTuple):
    """One event to be; `chain` is the id of the organization (or account) that it happened in."""

    kind: EventKind
    actor: Actor
    chain: UUID
    target_id: UUID | None
    target_label: str
    before: dict[str, Any]
    after: dict[str, Any]
    batch: UUID | None
    where: Origin

    def own(self) -> dict[str, Any]:
        """The columns of its event that differ from one to the next."""
        return {
            "target_id": self.target_id,
            "target_label": self.target_label,
            "before": self.before,
            "after": self.after,
        }

    def shared(self, at: datetime) -> dict[str, Any]:
        """The columns that it has in common with others of the same kind, actor, chain, batch and origin."""
        return {
            "chain_id": self.chain,
            "at": at,
            "type": _TYPES.get(self.actor.kind, EventType.USER_ACTION),
            "action": self.kind.action,
            "entity": self.kind.entity,
            "actor_kind": self.actor.kind,
            "actor_id": self.actor.id,
            "actor_label": self.actor.label,
            "on_behalf_of": self.actor.on_behalf_of,
            "batch": self.batch,
            "address": self.where.address,
            "user_agent": self.where.user_agent,
            "request_id": self.where.request_id,
        }
