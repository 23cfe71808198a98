"""What a mail server's refusal means: whether another attempt can help, and a sentence that a person understands."""

import re
import smtplib
from dataclasses import dataclass

from django.core.mail import BadHeaderError

_ENHANCED = re.compile(rb"\b[245]\.(\d{1,3}\.\d{1,3})\b")
_NO_SUCH_ADDRESS = {550, 551, 553}
_MAILBOX_FULL = 552
_REFUSAL = 400
_CLOSING = 421
_PERMANENT = 500


@dataclass(frozen=True)
class Failure:
    """Why a mail was not sent. Never in the server's own words, which may name the recipient."""

    reason: str
    final: bool
    expected: bool = True


def failure_of(error: Exception) -> Failure:
    """What this error means for the mail. Only what the server says about the mail itself is final."""
    match error:
        case BadHeaderError():
            return Failure("There is a line break in its subject or in another header.", final=True)
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return _refused(code, text)
        case smtplib.SMTPSenderRefused() | smtplib.SMTPDataError():
            return _refused(error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():
            return Failure(f"The mail server did not let Roster in ({error.smtp_code}).", final=False)
        case OSError():  # refused, timed out, cut off, no such host, TLS: smtplib's own errors are among them
            return Failure("The mail server could not be reached.", final=False)
    return Failure("Roster could not write it.", final=False, expected=False)


def only_this_mail(error: Exception) -> bool:
    """Whether the mail server refused this mail and listens for the next; after all else its connection is in doubt."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = {code for code, _ in error.recipients.values()}
        case smtplib.SMTPSenderRefused() | smtplib.SMTPDataError():
            codes = {error.smtp_code}
        case _:
            return False
    return min(codes) >= _REFUSAL and _CLOSING not in codes


def _refused(code: int, text: bytes | str) -> Failure:
    if code < _PERMANENT:
        return Failure(f"The mail server put it off ({code}).", final=False)
    found = _ENHANCED.search(text.encode() if isinstance(text, str) else text)
    detail = found[1].decode() if found else ""
    if detail.startswith("1.") or (not detail and code in _NO_SUCH_ADDRESS):
        return Failure("The address does not exist.", final=True)
    if detail == "2.2" or (not detail and code == _MAILBOX_FULL):
        return Failure("The mailbox is full.", final=True)
    return Failure(f"The mail server refused it ({code}).", final=True)
