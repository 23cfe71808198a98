"""Removing the oldest days of a chain, where the deployment keeps events for a time only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from audit.actions import Act, current_act, make_action
from audit.actors import Actor
from audit.events import EVENTS_REMOVED
from audit.models import Event, Purge
from audit.recording import record
from audit.sealing import seal_of

_AT_ONCE = 10_000


def _lock_chain(act: Act, arguments: dict[str, Any], *, joining: bool) -> None:
    act.lock_chains({arguments["chain_id"]})


chain_action = make_action(_lock_chain)


@chain_action
def remove_before(*, actor: Actor, chain_id: UUID, day: datetime) -> int:
    """Remove the events before this midnight and answer how many; a seal stays from which the rest goes on."""
    act = current_act()
    rows = Event.objects.filter(chain_id=chain_id).order_by("number")
    kept = rows.filter(at__gte=day).first()
    last = rows.filter(number__lt=kept.number).last() if kept else rows.last()
    if last is None:
        return 0
    seal_of(act.chains[chain_id], last.number, bytes(last.hash), act.now, removed=True).save()
    purge = Purge.objects.create(chain_id=chain_id, last=last.number, at=act.now)
    gone = 0
    while ids := list(rows.filter(number__lte=last.number).values_list("pk", flat=True)[:_AT_ONCE]):
        gone += Event.objects.filter(pk__in=ids).delete()[0]
    Purge.objects.filter(pk=purge.pk).update(is_open=False)
    after = {"day": day.date().isoformat(), "number": last.number}
    record(EVENTS_REMOVED, actor=actor, chain=chain_id, after=after)
    return gone
