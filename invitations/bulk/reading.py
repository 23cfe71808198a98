"""Reads people to invite from pasted text or from a CSV file, as spreadsheet programs and people write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain

from django.core.exceptions import ValidationError

from accounts.addresses import pasted
from invitations.models import MOST_ROWS
from organizations.cells import as_typed

LARGEST_FILE = 10_000_000  # bytes
_SEPARATORS = ",;\t"
_COLUMNS = {
    "address": ("email", "e-mail", "mail", "address", "email address", "e-mail address", "emails"),
    "role": ("role",),
    "groups": ("groups", "group", "team", "teams"),
    "ends": ("ends", "access ends", "end", "until", "end of access", "access_ends_at", "expires"),
}
_NAMES = {name: column for column, names in _COLUMNS.items() for name in names}
_POSTAL = "address"  # where another column says email, this one says where somebody lives
_ORDER = tuple(_COLUMNS)
_QUOTED = re.compile(r'"[^"]*"')
_END = "\x00"  # no text that is read holds it: of whichever row it becomes a part, the quotation mark was not closed
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LONGEST = {"address": 320, "role": 100, "groups": 500, "ends": 40}


@dataclass(frozen=True)
class ReadRow:
    """One person as the text names them; `problem` says why the line could not be read."""

    line: int
    address: str
    role: str = ""
    groups: str = ""
    ends: str = ""
    problem: str = ""


def read_text(text: str) -> list[ReadRow]:
    """Of a text: a table where its first line names columns, else addresses however they are separated.

    Raises ValidationError (`empty`, `too_many`, `no_address_column`, `column_twice`, `unreadable`).
    """
    if _header(_cells(_first_of(text))) is not None:
        return _checked(_table(text))
    rows = [
        ReadRow(number, address[: _LONGEST["address"]])
        for number, line in enumerate(_lines_of(text), start=1)
        for address in pasted(line)
    ]
    return _checked(rows)


def read_file(content: bytes) -> list[ReadRow]:
    """Of a CSV file. Raises ValidationError (`spreadsheet`, `not_text`, `too_large` and those of `read_text`)."""
    if content.startswith(_SPREADSHEETS):
        message = "This is a spreadsheet file. Open it, save it as CSV, and choose that file."
        raise ValidationError(message, code="spreadsheet")
    if len(content) > LARGEST_FILE:
        message = f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Send it in parts."
        raise ValidationError(message, code="too_large")
    text = _decoded(content)
    if "\x00" in text:
        message = "This is not a text file. Save the list as CSV, and choose that file."
        raise ValidationError(message, code="not_text")
    return _checked(_table(text))


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else what Windows writes in western Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _table(text: str) -> list[ReadRow]:
    text = text.lstrip("\ufeff")
    if text[:6].lower().startswith("sep=") and "\n" in text:  # a hint for Excel
        text = "\n" + text.partition("\n")[2]
    found: list[ReadRow] = []
    columns: Sequence[str | None] | None = None
    for line, cells in _lines(text):
        if not any(cells):
            continue
        if columns is None:
            columns = _header(cells)
            if columns is not None:
                columns = _each_once(cells, columns, line)
                continue
            columns = _columns_of(cells, line)
        found.append(_row(line, cells, columns))
        if len(found) > MOST_ROWS:
            break
    return found


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line that it begins on. Raises ValidationError (`unreadable`)."""
    separator = _separator(_first_of(text))
    reader = csv.reader(chain(_lines_of(text), [_END]), delimiter=separator, skipinitialspace=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except csv.Error as mistake:
            message = f"Line {line} cannot be read: {mistake}. Look for a quotation mark that is not closed."
            raise ValidationError(message, code="unreadable") from mistake
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):
            message = f"Line {line} cannot be read: a quotation mark on it is not closed before the end."
            raise ValidationError(message, code="unreadable")
        yield line, [as_typed(cell.strip()) for cell in cells]
        line = reader.line_num + 1


def _lines_of(text: str) -> StringIO:
    """As an editor counts them: other signs that part lines somewhere stand within a cell."""
    return StringIO(text, newline="")


def _first_of(text: str) -> str:
    return next((line for line in _lines_of(text) if line.strip()), "")


def _cells(line: str) -> list[str]:
    try:
        return [
            cell.strip() for cell in next(csv.reader([line], delimiter=_separator(line), skipinitialspace=True), [])
        ]
    except csv.Error:
        return []


def _separator(line: str) -> str:
    """Whichever parts the most cells; what stands in quotation marks parts none."""
    return max(_SEPARATORS, key=_QUOTED.sub("", line).count)


def _header(cells: Sequence[str]) -> list[str | None] | None:
    """What each column holds, where these cells name columns; None where they are none."""
    known = [_NAMES.get(_word(cell)) for cell in cells]
    return known if "address" in known else None


def _word(cell: str) -> str:
    return cell.casefold().strip("\ufeff :")


def _each_once(cells: Sequence[str], columns: Sequence[str | None], line: int) -> list[str | None]:
    """The columns, none named twice; beside an email an address is where somebody lives. Raises `column_twice`."""
    named = list(zip(cells, columns, strict=True))
    emails = any(column == "address" and _word(cell) != _POSTAL for cell, column in named)
    kept = [None if emails and _word(cell) == _POSTAL else column for cell, column in named]
    for wanted in _ORDER:
        alike = [cell for cell, column in zip(cells, kept, strict=True) if column == wanted]
        if len(alike) > 1:
            message = f"Line {line} names two columns that say the same: {alike[0]} and {alike[1]}. Keep one of them."
            raise ValidationError(message, code="column_twice")
    return kept


def _columns_of(cells: Sequence[str], line: int) -> list[str | None]:
    """Of a table without a head: the address first, or wherever there is one."""
    place = next((number for number, cell in enumerate(cells) if "@" in cell), None)
    if place is None:
        message = (
            f"Line {line} holds no address, and no head that names the columns. "
            "Begin the file with a line such as: email, role, groups, ends."
        )
        raise ValidationError(message, code="no_address_column")
    if place == 0:
        return list(_ORDER)
    return [None] * place + ["address"]


def _row(line: int, cells: list[str], columns: Sequence[str | None]) -> ReadRow:
    held = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    address = held.pop("address", "")
    # Fields of one line hold no breaks: what is mended in them would lose the breaks, and two words become one.
    held = {column: ("; " if column == "groups" else " ").join(text.splitlines()) for column, text in held.items()}
    named = pasted(address)
    problem = ""
    if len([cell for cell in cells[len(columns) :] if cell]):
        problem = f"This line has {len(cells)} columns, and the table has {len(columns)}. Look for a stray separator."
    elif not address:
        problem = "There is no address on this line."
    for column, text in held.items():
        if len(text) > _LONGEST[column]:
            problem = problem or f"What stands under {column} is too long."
    short = {column: text[: _LONGEST[column]] for column, text in held.items()}
    only = named[0] if len(named) == 1 else address
    return ReadRow(line, only[: _LONGEST["address"]], problem=problem, **short)


def _checked(rows: list[ReadRow]) -> list[ReadRow]:
    if not rows:
        message = "There is no address in it."
        raise ValidationError(message, code="empty")
    if len(rows) > MOST_ROWS:
        message = f"At most {MOST_ROWS:,} people at a time; these are more. Send them in parts."
        raise ValidationError(message, code="too_many")
    return rows
