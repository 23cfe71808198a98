"""Actions, kinds of things and days as the filters of the log say them."""

from __future__ import annotations

from datetime import date, timedelta

from audit.events import event_kinds

_OWN_CHAIN = {"account"}  # what happens to an account stands in the log of the account


def entities() -> dict[str, list[str]]:
    """The kinds of things that events of an organization are about, by name, each with its actions."""
    found: dict[str, list[str]] = {}
    for kind in event_kinds():
        if kind.entity not in _OWN_CHAIN:
            found.setdefault(kind.entity, []).append(kind.action)
    return dict(sorted(found.items()))


def entity_in_words(entity: str) -> str:
    return entity.replace("_", " ").capitalize()


def action_in_words(action: str) -> str:
    """Such as Member: role changed."""
    entity, _, verb = action.partition(".")
    return f"{entity_in_words(entity)}: {verb.replace('_', ' ')}" if verb else entity_in_words(entity)


def time_in_words(since: date | None, until: date | None) -> str:
    """Such as March 2026, 9 March 2026, 1 Mar to 5 Apr 2026, Since 9 March 2026; '' for any time."""
    if since is None or until is None:
        return f"Since {_day(since)}" if since else f"Until {_day(until)}" if until else ""
    if since == until:
        return _day(since)
    if since.day == 1 and (until + timedelta(days=1)).day == 1 and since == until.replace(day=1):
        return f"{since:%B %Y}"
    year = "" if since.year == until.year else f" {since.year}"
    return f"{since.day} {since:%b}{year} to {until.day} {until:%b} {until.year}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
