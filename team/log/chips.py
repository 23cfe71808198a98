"""The filters above the log: what is on, what can be added, and what each offers once it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from audit.actors import Actor
from audit.models import EventType
from team.chips import Chip, Choice
from team.log.filters import Filters
from team.log.people import Someone
from team.log.words import entities, entity_in_words


@dataclass(frozen=True)
class Field:
    """What is typed, where nothing to choose from would do."""

    name: str
    label: str
    kind: str
    value: str = ""
    hint: str = ""


Section = tuple[str, list[Choice]]
LABELS = {
    "time": "Time",
    "person": "Person",
    "action": "Action",
    "entity": "About",
    "type": "Done by",
    "source": "Source",
}


def chips(filters: Filters) -> list[Chip]:
    """Those that are on first, then those to add."""
    on = [Chip(said, off=filters.without(*names).query()) for names, said in filters.in_words()]
    there = {"time" if name in ("since", "until") else name for name in filters.on}
    rest = filters.query()
    return [*on, *(Chip(label, choices=f"by/{name}/?{rest}") for name, label in LABELS.items() if name not in there)]


def choices(name: str, filters: Filters, reader: Actor) -> list[Section]:
    """What one of them offers, in sections with a heading or none."""
    return list(_SECTIONS[name](filters, reader)) if name in _SECTIONS else []


def typed(name: str, filters: Filters) -> list[Field]:
    """What can be typed in one of them."""
    return _FIELDS[name](filters) if name in _FIELDS else []


def names_of(name: str) -> tuple[str, ...]:
    """What a filter is called in the URL."""
    return ("since", "until") if name == "time" else (name,)


def _time(filters: Filters, reader: Actor) -> Iterator[Section]:
    today = timezone.localdate()
    month = today.replace(day=1)
    last = month - timedelta(days=1)
    spans: dict[str, tuple[date, date | None]] = {
        "Today": (today, None),
        "Last 7 days": (today - timedelta(days=6), None),
        "Last 30 days": (today - timedelta(days=29), None),
        f"{month:%B}": (month, None),
        f"{last:%B}": (last.replace(day=1), last),
    }
    now = (filters.since, filters.until)
    yield (
        "",
        [
            Choice(label, filters.narrowed(since=since, until=until).query(), (since, until) == now)
            for label, (since, until) in spans.items()
        ],
    )


def _person(filters: Filters, reader: Actor) -> Iterator[Section]:
    if reader.id:
        me = Someone(reader.id, reader.label)
        yield "", [Choice("You", filters.narrowed(person=me).query(), filters.person == me)]


def _action(filters: Filters, reader: Actor) -> Iterator[Section]:
    for entity, actions in entities().items():
        if filters.entity in ("", entity):
            labels = {action: action.partition(".")[2].replace("_", " ").capitalize() for action in actions}
            yield entity_in_words(entity), _choices(filters, "action", labels)


def _entity(filters: Filters, reader: Actor) -> Iterator[Section]:
    yield "", _choices(filters, "entity", {entity: entity_in_words(entity) for entity in entities()})


def _type(filters: Filters, reader: Actor) -> Iterator[Section]:
    yield "", _choices(filters, "type", {str(one.value): one.label for one in EventType})


def _choices(filters: Filters, name: str, labels: dict[str, str]) -> list[Choice]:
    now = getattr(filters, name)
    return [Choice(label, filters.narrowed(**{name: value}).query(), value == now) for value, label in labels.items()]


_SECTIONS: dict[str, Callable[[Filters, Actor], Iterator[Section]]] = {
    "time": _time,
    "person": _person,
    "action": _action,
    "entity": _entity,
    "type": _type,
}
_FIELDS: dict[str, Callable[[Filters], list[Field]]] = {
    "time": lambda filters: [
        Field("since", "From", "date", str(filters.since or "")),
        Field("until", "To", "date", str(filters.until or "")),
    ],
    "person": lambda filters: [
        Field("person", "Who did it, or whom it was about", "text", hint="Name or address"),
    ],
    "source": lambda filters: [
        Field("source", "From which address on the internet", "text", filters.source, "203.0.113.7"),
    ],
}
