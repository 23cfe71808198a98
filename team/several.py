"""Several events of one change as one sentence: what they have in common is said, and what differs is counted."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from audit.events import EventKind, event_kind
from audit.models import Event, EventType
from team.log.folding import READ
from team.sentences import filled, sentence, value

LISTED = 3  # kinds of things that came with the one that is told of first
_CHOICE = re.compile(r"\[([^|\]]*)\|?([^\]]*)\]")
_PLAIN = re.compile(r"\{(\w+)\}")
_BY = "{actor} "


@dataclass(frozen=True)
class Told:
    """The sentence, and the event by which it begins."""

    said: SafeString
    leading: Event


@dataclass
class _Alike:
    """The events of one kind, by one actor where its words name one. `cut`: there are more than these."""

    kind: EventKind | None
    cut: bool
    untold: Collection[str]
    events: list[Event] = field(default_factory=list)

    @property
    def first(self) -> Event:
        return min(self.events, key=lambda event: event.number)

    @property
    def is_by_itself(self) -> bool:
        """What was due, and is noted down by whatever is done next."""
        return self.first.type == EventType.SYSTEM_ACTION

    @property
    def words(self) -> str:
        """With its places; of one event alone as of any other."""
        if self.kind is None or not self.kind.many:
            return "{actor}: {events events} of " + self.events[0].action
        if len(self.events) == 1 and not self.cut:
            return self.kind.sentence
        return _CHOICE.sub(self._chosen, self.kind.many)

    @property
    def _may_be_one_of_many(self) -> bool:
        """One event has everything in common with itself, and nothing with those that were not looked at."""
        return self.cut and len(self.events) == 1

    def filled(self, words: str) -> SafeString:
        return filled(words, self._value)

    def _chosen(self, choice: re.Match[str]) -> str:
        common = all(len(self._values(place)) == 1 for place in _PLAIN.findall(choice.group(1)))
        return choice.group(1) if common and not self._may_be_one_of_many else choice.group(2)

    def _value(self, place: str) -> Any:
        name, _, noun = place.partition(" ")
        if not noun:
            return value(self.events[0], name)
        number = len(self.events) if name == "events" else len(self._values(name))
        if number == 1 and name != "events" and not self._may_be_one_of_many:
            return value(self.events[0], name)
        if self.cut:
            return f"more than {READ:,} {noun}" if number > READ else f"{number:,} or more {noun}"
        return f"{number:,} {noun}"

    def _values(self, place: str) -> set[str]:
        """What stands in that place, in words; nothing where the reader may not know, or it stands empty."""
        if place == "target":
            return {str(event.target_id or event.target_label) for event in self.events}
        if place.partition("_")[2] in self.untold:
            return set()
        found = {str(value(event, place)) for event in self.events}
        return set() if found == {""} else found


def told(events: Sequence[Event], *, cut: bool = False, untold: Collection[str] = ()) -> Told:
    """What these did together; `cut` where there are more of the same change than these, which is then said."""
    kinds = sorted(_alike(events, cut, untold), key=_rank)
    leading, others = kinds[0], kinds[1:]
    if not others and len(events) == 1 and not cut:
        return Told(sentence(events[0]), events[0])
    said = leading.filled(leading.words)
    by_itself = [one for one in others if one.is_by_itself and not leading.is_by_itself]
    with_that = [one for one in others if one not in by_itself]
    for before, ones in ((" and, with that, ", with_that), ("; at the same time, ", by_itself)):
        if ones:
            # The space is in the mark, where what strips a page of its spaces leaves it.
            said = format_html('{}<span class="faint">{}{}</span>', said, before, _listed(leading, ones))
    return Told(said, leading.first)


def _listed(leading: _Alike, others: Sequence[_Alike]) -> SafeString:
    """A few of them by their words, as these go on from those of the leading one."""
    parts = [_after(leading, one) for one in others[:LISTED]]
    if len(others) > LISTED:
        parts.append("more")
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return mark_safe(listed)  # noqa: S308 - every part is escaped


def _alike(events: Sequence[Event], cut: bool, untold: Collection[str]) -> list[_Alike]:
    found: dict[tuple[Any, ...], _Alike] = {}
    for event in events:
        kind = event_kind(event.action)
        by = (event.actor_id, event.actor_label) if kind is None or _BY.strip() in kind.many else ()
        found.setdefault((event.action, *by), _Alike(kind, cut, untold)).events.append(event)
    return list(found.values())


def _rank(one: _Alike) -> tuple[bool, bool, bool, int]:
    """First what brought the rest about: not what happened for a reason that the event itself gives, nor by itself."""
    first = one.first
    leads = one.kind is not None and one.kind.leads
    return (not leads, "reason" in first.after, one.is_by_itself, first.number)


def _after(leading: _Alike, one: _Alike) -> str:
    """Its words as they go on from those of the leading one; escaped, and nothing in bold."""
    words = one.words
    same = one.first.actor_id == leading.first.actor_id and one.first.actor_label == leading.first.actor_label
    if same and leading.words.startswith(_BY) and words.startswith(_BY):
        words = words.removeprefix(_BY)
    return _plain(one.filled(words[:1].lower() + words[1:]))


def _plain(said: SafeString) -> str:
    """Without the bold: what people typed is escaped, so that no other mark is in it."""
    return said.replace("<b>", "").replace("</b>", "")
