"""One spelling for every address, so that two spellings are never two people; and addresses as people paste them."""

import re
from functools import lru_cache

from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email

LONGEST = 254
# What nearly every address looks like before the @: of these only the domain has to be looked at, and once.
_PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
_BETWEEN = re.compile(r"[\s,;]+")
_IN_BRACKETS = re.compile(r"<([^<>\s]{1,64}@[^<>\s]{1,255})>")


def normalise(address: str) -> str:
    """The address as it is stored and compared: trimmed, lower case, ASCII local part, IDNA domain, `+` kept.

    Raises ValidationError (`invalid_address`) with a sentence that says what is wrong.
    """
    text = address.strip()
    local, _, domain = text.lower().partition("@")
    plain = len(text) <= LONGEST and text.isascii() and _PLAIN.fullmatch(local)
    return f"{local}@{domain}" if plain and _is_domain(domain) else _looked_at(text)


def stored_or_typed(address: str) -> str:
    """The address as it is stored, or where it is none what was typed."""
    try:
        return normalise(address)
    except ValidationError:
        return address


@lru_cache(maxsize=10_000)
def _is_domain(domain: str) -> bool:
    """Whether addresses of this domain, in small letters, are stored as they are."""
    try:
        return _looked_at(f"a@{domain}") == f"a@{domain}"
    except ValidationError:
        return False


def _looked_at(text: str) -> str:
    if "\x00" in text or len(text) > LONGEST:
        message = "This is not an email address."
        raise ValidationError(message, code="invalid_address")
    try:
        found = validate_email(
            text, allow_smtputf8=False, check_deliverability=False, globally_deliverable=False, allow_empty_local=False
        )
    except EmailNotValidError as mistake:
        raise ValidationError(str(mistake), code="invalid_address") from mistake
    if "." not in found.ascii_domain and found.ascii_domain != "localhost":
        message = "The part after the @ needs a dot, as in example.org."
        raise ValidationError(message, code="invalid_address")
    return f"{found.ascii_local_part}@{found.ascii_domain}".lower()


def pasted(text: str) -> list[str]:
    """The addresses of a text, as typed: between commas, semicolons and spaces, without the names beside them."""
    return [part for part in _BETWEEN.split(_without_names(text)) if part]


def _without_names(text: str) -> str:
    """The text without the names that mail programs put before addresses: `"Lind, Ove" <ove@example.org>`."""
    kept: list[str] = []
    end = 0
    for match in _IN_BRACKETS.finditer(text):
        before = text[end : match.start()].rstrip()
        if before.endswith('"') and before.count('"') > 1:
            name = before.rindex('"', 0, -1)
        else:
            name = max(before.rfind(separator) for separator in ",;\n") + 1
        kept += [before[:name], match[1]]
        end = match.end()
    return " ".join([*kept, text[end:]])
