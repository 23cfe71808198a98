"""Audit events as sentences that a person reads. The words stand with each kind of event; here they get their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import tzinfo
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from audit.clock import kept_moment
from audit.erasing import ERASED
from audit.events import event_kind
from audit.models import Event

_PLACE = re.compile(r"\{(\w+(?: [^}]+)?)\}")


def sentence(event: Event) -> SafeString:
    """What happened, with names in bold; every part that people typed is escaped."""
    kind = event_kind(event.action)
    if kind is None:
        return format_html("{}: <b>{}</b>", event.action, event.target_label)
    return filled(kind.sentence, lambda place: value(event, place))


def filled(words: str, value_of: Callable[[str], Any]) -> SafeString:
    """These words of a kind of event with their places taken, in bold."""

    def fill(place: re.Match[str]) -> str:
        return format_html("<b>{}</b>", value_of(place.group(1)))

    return mark_safe(_PLACE.sub(fill, conditional_escape(words)))  # noqa: S308 - every part is escaped


def plain_sentence(event: Event, zone: tzinfo) -> str:
    """What happened, for a file: no marks, and days as they are in this zone."""
    kind = event_kind(event.action)
    if kind is None:
        return f"{event.action}: {event.target_label}"

    def fill(place: re.Match[str]) -> str:
        return str(value(event, place.group(1), zone))

    return _PLACE.sub(fill, kind.sentence)


def icon(event: Event) -> str:
    kind = event_kind(event.action)
    return kind.icon if kind else "history"


def differences(event: Event, untold: Collection[str] = ()) -> list[tuple[str, Any, Any]]:
    """Field, before and after, for every field that the event holds but for those that stay untold."""
    names = dict.fromkeys([*event.before, *event.after])
    return [
        (name.replace("_", " ").capitalize(), _listed(event.before.get(name, "")), _listed(event.after.get(name, "")))
        for name in names
        if name not in untold
    ]


def _listed(value: Any) -> Any:
    """Of several values, each; anything else as it is."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def value(event: Event, place: str, zone: tzinfo | None = None) -> Any:
    """What stands in that place of the sentence about this event."""
    if place == "actor":
        return event.actor_label or ERASED
    if place == "target":
        return event.target_label or ERASED
    when, _, name = place.partition("_")
    return _day((event.before if when == "before" else event.after).get(name, ""), zone)


def _day(value: Any, zone: tzinfo | None) -> Any:
    """Of a moment that an event keeps the day, in the zone or where the reader is; anything else as it is."""
    moment = kept_moment(value)
    if moment is None:
        return value
    local = timezone.localtime(moment, zone)
    return f"{local.day} {local:%B %Y}"
