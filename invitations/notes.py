"""What the note of an invitation may hold: words on several lines, and nothing that leads or deceives its reader."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from accounts.names import validate_name


def problem_of(note: str) -> str:
    """A sentence that says what to leave out; '' where the note may be sent."""
    try:
        for line in re.split(r"\r\n|\r|\n", note):  # no other character begins a line: what would, hides
            validate_name(line.replace("\t", " "))
    except ValidationError as mistake:
        return mistake.messages[0]
    return ""
