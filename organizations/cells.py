"""Text that a spreadsheet shows and never runs, made the same way in Python and in PostgreSQL."""

from __future__ import annotations

import re

# What a cell begins with that is then read as a formula or a command (OWASP, CSV injection), where a cell begins at the
# start, and wherever a program that parts cells by semicolons or lines believes that one begins. Both languages read
# this pattern alike: it holds the characters themselves and no escapes.
_STARTS = "(^|[;\t\r\n])([ \t\r\n\u00a0\u3000]*)"
_DANGEROUS = '([=+@"\uff1d\uff0b\uff0d\uff20-])'
PATTERN, INSTEAD = _STARTS + _DANGEROUS, r"\1\2'\3"
_pattern = re.compile(PATTERN)
_guarded = re.compile(_STARTS + "'" + _DANGEROUS)
# Only where this is found the pattern can be: to look is cheaper than to replace.
_PERHAPS = "^[^0-9A-Za-z]|[;\t\r\n]"
IN_SQL = (_PERHAPS, PATTERN, INSTEAD)


def safe(text: str | None) -> str:
    """The text with an apostrophe before whatever would be a formula; one that has it already looks the same."""
    if not text:
        return ""
    return ("'" if text[0] in "\t\r\n" else "") + _pattern.sub(INSTEAD, text)


def as_typed(text: str) -> str:
    """The text of a cell that `safe` may have written: a file of ours that comes back says what it said before."""
    return _guarded.sub(r"\1\2\3", text)


def safe_in_sql(column: str) -> str:
    """The same as an expression of PostgreSQL, null for an empty text; takes `IN_SQL` as parameters."""
    before = f"CASE WHEN ascii({column}) IN (9, 10, 13) THEN '''' ELSE '' END"
    changed = f"{before} || regexp_replace({column}, %s, %s, 'g')"
    return f"CASE WHEN {column} ~ %s THEN {changed} ELSE NULLIF({column}, '') END"


def line_of(words: list[str]) -> str:
    """One line of the file, for words that need no quotes."""
    return f"{','.join(words)}\r\n"
