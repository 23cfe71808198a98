"""One spelling for every email address, so that two spellings are never two people."""

from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email

LONGEST = 254


def normalise(address: str) -> str:
    """The address as it is stored and compared: trimmed, lower case, ASCII local part, IDNA domain, `+` kept.

    Raises ValidationError (`invalid_address`) with a sentence that says what is wrong.
    """
    text = address.strip()
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
