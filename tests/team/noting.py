"""Writes events without the changes they tell of, many at once, and reads what a page shows of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from audit.models import Chain, Event
from organizations.models import Organization
from team.event_pages import FoldedLine, Line
from tests.team.test_access_page import text_of

LOG = "/o/marram/audit/"


def note(
    organization: Organization | Chain, times: int = 1, *, at: datetime | None = None, **columns: Any
) -> list[int]:
    """So many events alike, a second apart, the last one at `at`; their numbers."""
    chain = Chain.objects.get(pk=organization.pk)
    last = at or timezone.now()
    said: dict[str, Any] = {
        "type": "USER_ACTION", "action": "member.deactivated", "actor_kind": "member", "actor_id": uuid4(),
        "actor_label": "Nadia Brandt", "target_id": uuid4(), "target_label": "Omar Haddad",
    } | columns  # fmt: skip
    rows = [
        Event(
            chain_id=chain.pk,
            number=chain.length + place + 1,
            at=last - timedelta(seconds=times - place - 1),
            entity=said["action"].partition(".")[0],
            **said,
        )
        for place in range(times)
    ]
    Event.objects.bulk_create(rows)
    chain.length += times
    chain.save()
    return [row.number for row in rows]


def shown(page: Any) -> list[int]:
    """The numbers of the events on it, as they follow each other, those of a folded line too."""
    return [event.number for line in lines_of(page) for event in events_of(line)]


def lines_of(page: Any) -> list[Line]:
    assert page.status_code == 200
    return [line for _, lines in page.context["page"].days for line in lines]


def events_of(line: Line) -> list[Event]:
    return line.stretch.events if isinstance(line, FoldedLine) else [line.event]


def walked(browser: Any, query: str = "", path: str = LOG) -> list[int]:
    """The numbers on all pages from the newest on, by the links between them."""
    found: list[int] = []
    here = f"{path}?{query}"
    for _ in range(50):
        page = browser.get(here)
        found += shown(page)
        if not page.context["page"].next_page:
            return found
        assert page.context["page"].next_query.replace("&", "&amp;") in page.content.decode()
        here = f"{path}?{page.context['page'].next_query}"
    message = "There is no end to it."
    raise AssertionError(message)


__all__ = ["LOG", "events_of", "lines_of", "note", "shown", "text_of", "walked"]
