"""The filters of the audit log: read from a URL, said in words, turned into what is sought."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from audit.middleware import as_kept
from audit.models import EventType
from organizations.models import Organization
from team.log.finding import Sought, Way
from team.log.people import Someone, someone
from team.log.spans import span
from team.log.words import action_in_words, entity_in_words, time_in_words

LONGEST_SEARCH = 100
_CODE = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30})?")
_DAY = re.compile(r"(19[7-9]|2\d\d)\d-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """What the log is narrowed to; `mistakes` says what of the URL cannot be meant: then nothing is found."""

    q: str = ""
    person: Someone | None = None
    type: str = ""
    action: str = ""
    entity: str = ""
    source: str = ""
    batch: UUID | None = None
    since: date | None = None
    until: date | None = None
    mistakes: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, query: Mapping[str, str] | QueryDict, organization: Organization) -> Filters:
        """From the URL. What is not understood is said and not ignored: who asked would take all for what matches."""
        values, mistakes = {}, []
        readers: dict[str, Callable[[str], Any]] = {"q": _search, "person": partial(someone, organization), **_READERS}
        for name, read in readers.items():
            typed = query.get(name, "").replace("\x00", "").strip()[:254]
            if not typed:
                continue
            try:
                values[name] = read(typed)
            except ValidationError as mistake:
                mistakes += mistake.messages
        if values.get("since", date.min) > values.get("until", date.max):
            mistakes.append("The time ends before it begins. Turn the two days round.")
        return cls(**values, mistakes=tuple(mistakes))

    @property
    def on(self) -> list[str]:
        """The names of the filters that are on, the search among them."""
        return [one.name for one in fields(self) if one.name != "mistakes" and getattr(self, one.name)]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Name and value of each filter that is on, as a URL has them."""
        return [(name, self._spelled(name)) for name in self.on]

    def query(self) -> str:
        """The same filters as a URL has them, in one spelling."""
        return urlencode(self.pairs)

    def narrowed(self, **values: Any) -> Filters:
        return replace(self, mistakes=(), **values)

    def without(self, *names: str) -> Filters:
        defaults = {one.name: one.default for one in fields(self)}
        return self.narrowed(**{name: defaults[name] for name in names})

    def in_words(self) -> list[tuple[tuple[str, ...], str]]:
        """Each filter that is on but for the search, by its names in the URL, as a person says it."""
        said: list[tuple[tuple[str, ...], str]] = [
            (("person",), self.person.label if self.person else ""),
            (("type",), EventType(self.type).label if self.type else ""),
            (("action",), action_in_words(self.action) if self.action else ""),
            (("entity",), f"About: {entity_in_words(self.entity)}" if self.entity else ""),
            (("source",), f"From {self.source}" if self.source else ""),
            (("batch",), "One change to several" if self.batch else ""),
            (("since", "until"), time_in_words(self.since, self.until)),
        ]
        return [one for one in said if one[1]]

    def sought(self, organization: Organization) -> Sought:
        ways: list[Way] = [(Q(**{column: value}),) for column, value in self._indexed()]
        if self.person:
            ways.append((Q(actor_id=self.person.id), Q(target_id=self.person.id)))
        rest = Q()
        if self.type == EventType.USER_ACTION:
            rest &= Q(type=self.type)
        if self.q:
            # Accents as names have them: mostly in one letter with it, from some keyboards and files as two.
            forms = sorted({self.q, unicodedata.normalize("NFD", self.q)})
            rest &= reduce(or_, (contains(f"{whose}_label", form) for whose in ("actor", "target") for form in forms))
        return Sought(organization.pk, tuple(ways), rest, span(organization.pk, self.since, self.until))

    def _indexed(self) -> list[tuple[str, Any]]:
        type_ = "" if self.type == EventType.USER_ACTION else self.type
        pairs = [
            ("batch", self.batch),
            ("address", self.source),
            ("type", type_),
            ("action", self.action),
            ("entity", self.entity),
        ]
        return [(column, value) for column, value in pairs if value]

    def _spelled(self, name: str) -> str:
        value = getattr(self, name)
        if isinstance(value, Someone):
            return value.id.hex
        return value.hex if isinstance(value, UUID) else str(value)


def contains(column: str, text: str) -> Q:
    """Whether the text stands in it, in capitals or not. SQLite's LIKE knows capitals of ASCII alone, a pattern all."""
    if connection.vendor == "sqlite" and not text.isascii():
        return Q((f"{column}__iregex", re.escape(text)))
    return Q((f"{column}__icontains", text))


def _search(text: str) -> str:
    """Accents in one letter: whoever types them as two looks for the same."""
    return unicodedata.normalize("NFC", text)[:LONGEST_SEARCH]


def _type(text: str) -> str:
    if text not in EventType.values:
        message = f"“{text}” is not who is behind a change. Choose by a person, by staff, by Roster or by provisioning."
        raise ValidationError(message, code="unknown_type")
    return text


def _code(text: str) -> str:
    """An action or a kind of thing; one that is declared no more is still in the log."""
    if not _CODE.fullmatch(text):
        message = f"Nothing in the log is called “{text}”. Choose from the list."
        raise ValidationError(message, code="unknown_code")
    return text


def _address(text: str) -> str:
    try:
        return as_kept(text)
    except ValueError as mistake:
        message = f"“{text}” is no address on the internet, such as 203.0.113.7."
        raise ValidationError(message, code="unknown_source") from mistake


def _batch(text: str) -> UUID:
    try:
        return UUID(hex=text)
    except ValueError as mistake:
        message = f"“{text}” is no change to several. Open one of its events, and choose all of it there."
        raise ValidationError(message, code="unknown_batch") from mistake


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    message = f"“{text}” is no day. Write it as 2026-03-31."
    raise ValidationError(message, code="unknown_day")


_READERS: dict[str, Callable[[str], Any]] = {
    "type": _type,
    "action": _code,
    "entity": _code,
    "source": _address,
    "batch": _batch,
    "since": _day,
    "until": _day,
}
