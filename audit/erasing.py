"""Erasing who somebody was from the audit log: labels and salts go, and the chains stay whole without them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import orjson
from django.db.models import Q

from audit.actions import current_act
from audit.actors import Actor
from audit.canonical import without
from audit.events import PERSON_ERASED
from audit.models import Event, Purge, Refused
from audit.recording import record

ERASED = "Erased person"  # what pages say where the name is gone
_AT_ONCE = 500


def erase(subjects: Collection[UUID], *, actor: Actor, reason: str = "") -> int:
    """Take out of every chain what tells who these are: a person's account, and what was addressed to them.

    For actions: locks the chains, and records in each that it was done, and why; answers in how many. What they did and
    what was done to them stays; what they were refused, which is in no chain, goes as a whole, and so does what others
    were refused about them where it says their name.
    """
    act = current_act()
    act.write_events(more=True)  # what this action itself tells of them goes like everything else
    named = Event.objects.filter(Q(actor_id__in=subjects) | Q(target_id__in=subjects)).order_by()
    chains = set(named.values_list("chain_id", flat=True).distinct())
    act.lock_chains(chains)
    _erase_refusals(subjects, chains)
    for chain_id in sorted(chains):
        rows = Event.objects.filter(chain_id=chain_id)
        for subject in sorted(subjects):
            if not rows.filter(Q(actor_id=subject) | Q(target_id=subject)).exists():
                continue
            purge = Purge.objects.create(chain_id=chain_id, subject=subject, at=act.now)
            _erase(chain_id, subject)
            Purge.objects.filter(pk=purge.pk).update(is_open=False)
            after = {"reason": reason} if reason else {}
            record(PERSON_ERASED, actor=actor, chain=chain_id, target_id=subject, after=after)
    return len(chains)


def labels_of(subjects: Collection[UUID], chains: Collection[UUID]) -> set[str]:
    """What these are called in these chains."""
    rows = Event.objects.filter(chain_id__in=chains).order_by()
    labels = {*rows.filter(actor_id__in=subjects).values_list("actor_label", flat=True).distinct()}
    labels |= {*rows.filter(target_id__in=subjects).values_list("target_label", flat=True).distinct()}
    return labels - {""}


def _erase_refusals(subjects: Collection[UUID], chains: Collection[UUID]) -> None:
    Refused.objects.filter(actor_id__in=subjects).delete()
    for label in labels_of(subjects, chains):
        Refused.objects.filter(chain_id__in=chains, reason__contains=label).update(reason="")


def _erase(chain_id: UUID, subject: UUID) -> None:
    rows = Event.objects.filter(chain_id=chain_id)
    rows.filter(actor_id=subject).update(actor_label="", on_behalf_of="", address=None, user_agent="", actor_salt=None)
    about, number = rows.filter(target_id=subject).order_by("number"), 0
    while found := list(about.filter(number__gt=number)[:_AT_ONCE]):
        number = found[-1].number
        for event in found:
            personal = orjson.loads(event.text)["personal"]
            event.before, event.after = (dict(without(one, personal)) for one in (event.before, event.after))
            event.target_label, event.target_salt = "", None
        Event.objects.bulk_update(found, ["before", "after", "target_label", "target_salt"])
