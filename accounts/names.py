"""What a name may hold: anything that people and organizations are called, nothing that deceives a reader."""

import re
import unicodedata

from django.core.exceptions import ValidationError

_LINK = re.compile(r"(?i)\bhttps?:|\bwww\.|://|\b[a-z0-9-]+\.(?:com|org|net|io|info|biz|ru|cn|xyz|top|app|dev)\b")


def validate_name(name: str) -> None:
    """Refuses control and direction characters (`control_characters`) and links (`link`), each with a sentence."""
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in name):
        message = "Please leave out invisible and control characters."
        raise ValidationError(message, code="control_characters")
    if _LINK.search(name):
        message = "Please leave out links and web addresses."
        raise ValidationError(message, code="link")
