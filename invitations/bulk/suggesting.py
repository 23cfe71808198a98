"""What somebody who mistyped an address most probably meant."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from accounts.addresses import normalise

_REPAIRS = (
    (re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]"), ""),  # nobody sees them, or can take them out
    (re.compile("\uff20"), "@"),
    (re.compile(r"^['‘’]+|['‘’]+$"), ""),
    (re.compile(r"^mailto:", re.IGNORECASE), ""),
    (re.compile(r"\s+"), ""),
    (re.compile(r"[<>()\[\]\"“”]"), ""),
    (re.compile(r"@@+"), "@"),
    (re.compile(r"(?<=@)(.+)"), lambda match: match[1].replace(",", ".").replace(";", ".")),
    (re.compile(r"\.\.+"), "."),
    (re.compile(r"\.?@\.?"), "@"),
    (re.compile(r"[.,;:]+$"), ""),
    (re.compile(r"\.(con|cmo|ocm)$", re.IGNORECASE), ".com"),
)


def suggest(typed: str) -> str:
    """An address that is one, a few keystrokes from what was typed; '' where none is near."""
    mended = typed
    for pattern, instead in _REPAIRS:
        mended = pattern.sub(instead, mended)
    try:
        return normalise(mended) if mended != typed else ""
    except ValidationError:
        return ""
