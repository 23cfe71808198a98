"""Reads a TOML file strictly: what is unknown, missing or of another kind is refused with file, line and mend."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured

_HEADER = re.compile(r'\s*\[{1,2}\s*([A-Za-z0-9_."\'-]+)\s*\]{1,2}\s*(?:#.*)?$')
_CONTROL = {"Cc", "Zl", "Zp"}
_KINDS = {bool: "true or false", str: "a text", int: "a whole number", list: "a list", dict: "a table"}

T = TypeVar("T")


class TomlFile:
    """A file, its text by lines, and the refusals that name it. `what` says what such a file describes."""

    def __init__(self, path: Path, what: str) -> None:
        self.path, self.what = path, what
        try:
            # Editors on Windows begin a file with a mark that TOML does not know.
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as mistake:
            raise self.refusal(
                f"it cannot be read ({mistake.strerror}). Make it readable, or take it away."
            ) from mistake
        except UnicodeDecodeError as mistake:
            raise self.refusal(f"byte {mistake.start + 1} is not UTF-8. Save the file as UTF-8.") from mistake
        try:
            self.data = tomllib.loads(text)
        except (ValueError, RecursionError) as mistake:
            said = str(mistake) if isinstance(mistake, tomllib.TOMLDecodeError) else "what stands there is too long"
            raise self.refusal(f"this is not TOML: {said}. Mend that line.") from mistake
        if not self.data:
            raise self.refusal("it is empty. Begin with key, label and description, or take the file away.")
        self.lines = text.splitlines()

    def refusal(self, said: str, *, line: int | None = None, place: str = "") -> ImproperlyConfigured:
        at = (f", line {line}" if line else "") + (f", at {place}" if place else "")
        return ImproperlyConfigured(f"The {self.what} {self.path}{at}: {said}")

    def section(self, name: str, number: int) -> range:
        """The lines of the table with that name, the `number`th from 0. Empty where it has no header of its own."""
        starts = [index for index, line in enumerate(self.lines) if _HEADER.match(line)]
        if not name:
            return range(starts[0] if starts else len(self.lines))
        ends = [*starts[1:], len(self.lines)]
        named = [range(start, end) for start, end in zip(starts, ends, strict=False) if self._named(start) == name]
        return named[number] if number < len(named) else range(0)

    def _named(self, index: int) -> str:
        found = _HEADER.match(self.lines[index])
        return found[1] if found else ""

    def line(self, section: range, name: str, value: object = None) -> int | None:
        """The line, from 1, on which the value (else the name, else the table) stands; None where that is not plain."""
        assigned = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=.]")
        start = next((index for index in section if assigned.match(self.lines[index])), None)
        if start is None:
            header = next((index for index in range(len(self.lines)) if self._named(index) == name), None)
            found = header if header is not None else next((i for i in section if _HEADER.match(self.lines[i])), None)
            return None if found is None else found + 1
        rest = range(start, section.stop)
        quoted = (f'"{value}"', f"'{value}'")
        return 1 + next((index for index in rest if any(one in self.lines[index] for one in quoted)), start)


class Table:
    """One table of such a file. `place` is how a refusal names it."""

    def __init__(self, file: TomlFile, data: dict[str, Any], section: range, place: str = "") -> None:
        self.file, self.data, self.section, self.place = file, data, section, place

    @classmethod
    def of(cls, path: Path, what: str) -> Table:
        """The outermost table of the file."""
        file = TomlFile(path, what)
        return cls(file, file.data, file.section("", 0))

    def wrong(self, name: str, said: str, value: object = None) -> ImproperlyConfigured:
        """A refusal of what stands under that name."""
        place = f"{self.place}.{name}" if self.place else name
        return self.file.refusal(said, line=self.file.line(self.section, name, value), place=place)

    def only(self, *known: str) -> None:
        """Refuse every name but these."""
        for name in self.data:
            if name not in known:
                near = get_close_matches(name, known, 1)
                mend = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}."
                raise self.wrong(_short(name), f"nothing of that name is known. {mend}")

    def text(self, name: str, longest: int, *, default: str | None = None) -> str:
        """A text of one line. Refused where it is missing without a default, empty, or longer than `longest`."""
        if name not in self.data and default is not None:
            return default
        if name not in self.data:
            raise self.wrong(name, "a text is missing. Write one in quotes.")
        value = self._typed(name, str).strip()
        if not value:
            raise self.wrong(name, "the text is empty. Write one in quotes.")
        if any(unicodedata.category(letter) in _CONTROL for letter in value):
            raise self.wrong(name, "the text holds line breaks or control characters. Write plain text on one line.")
        if len(value) > longest:
            raise self.wrong(name, f"the text has {len(value)} characters. Write {longest} at most.")
        return value

    def choice(self, name: str, known: Collection[str]) -> str:
        value = self.text(name, 300)
        if value not in known:
            listed = " or ".join(quoted(one) for one in known)
            raise self.wrong(name, f"{quoted(value)} is not known here. Write {listed}.", value)
        return value

    def flag(self, name: str, default: bool) -> bool:
        return self._typed(name, bool) if name in self.data else default

    def number(self, name: str, default: int) -> int:
        """A whole number from 1."""
        value = self._typed(name, int) if name in self.data else default
        if value < 1:
            raise self.wrong(name, f"{value} is too small. Write 1 or more.")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty where there is none."""
        found = self._typed(name, list) if name in self.data else []
        for one in found:
            if not isinstance(one, str):
                raise self.wrong(name, f"one of them is {_kind(one)}. Write every one as a text in quotes.")
        return tuple(found)

    def table(self, name: str) -> Table:
        if name not in self.data:
            raise self.wrong(name, f"it is missing. Write a table that begins with [{name}].")
        return Table(self.file, self._typed(name, dict), self.file.section(name, 0), name)

    def tables(self, name: str) -> Iterator[Table]:
        """Every table of that name in order, none where there is none."""
        for number, one in enumerate(self._typed(name, list) if name in self.data else []):
            if not isinstance(one, dict):
                raise self.wrong(name, f"one of them is {_kind(one)}. Begin each with [[{name}]].")
            key = one.get("key")
            place = f"{name}.{_short(key)}" if isinstance(key, str) else f"{name}, number {number + 1}"
            yield Table(self.file, one, self.file.section(name, number), place)

    def _typed(self, name: str, kind: type[T]) -> T:
        value = self.data[name]
        if type(value) is not kind:
            raise self.wrong(name, f"it is {_kind(value)}. Write {_KINDS[kind]}.")
        return value


def quoted(value: str) -> str:
    return f'"{_short(value)}"'


def _short(value: str) -> str:
    """A text as it can stand in a sentence: on one line, and not long."""
    plain = "".join("?" if unicodedata.category(letter) in _CONTROL else letter for letter in value)
    return plain if len(plain) <= 60 else f"{plain[:60]}…"


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number" if isinstance(value, float) else "a date or time")
