"""What a page says of the groups that a person belongs to, as far as its reader may know of them."""

from __future__ import annotations

from collections.abc import Sequence

from audit.actors import Actor
from organizations.models import GroupPlace
from organizations.policies import holds

NAMED = 3


def known_to(actor: Actor, places: Sequence[GroupPlace]) -> list[GroupPlace]:
    """Those whose groups the actor may know of."""
    return [place for place in places if place.group_id in actor.belongs_to or holds(actor, "groups.read", place.group)]


def in_words(actor: Actor, places: Sequence[GroupPlace]) -> str:
    """The groups of these places: three by name and the rest counted, or all counted; '' where there is none."""
    known = known_to(actor, places)
    if not places:
        return ""
    if not known:
        return "1 group" if len(places) == 1 else f"{len(places):,} groups"
    names = [place.group.name for place in known[:NAMED]]
    if more := len(places) - len(names):
        return f"{', '.join(names)} and {more:,} more"
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
