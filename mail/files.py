"""The mail that a development machine keeps in files instead of sending it, for the page that shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path

from django.conf import settings

# What Django's file backend writes below each message; a piece without one below it is still being written.
_RULE = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class KeptMail:
    """One mail in a file, by the name that its Message-ID gives it."""

    name: str
    sender: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


def kept_mails() -> Iterator[KeptMail]:
    """Every mail that was kept, newest first, read as far as the caller goes."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in files:
        *pieces, _unfinished = file.read_bytes().split(_RULE)
        for piece in reversed(pieces):
            message = message_from_bytes(piece, policy=modern)
            if message["Message-ID"] and message["Date"]:
                yield _kept(message)


def find(name: str) -> KeptMail | None:
    """The mail of this name, looked for among those that there are: a name never becomes a path."""
    return next((mail for mail in kept_mails() if mail.name == name), None)


def _kept(message: EmailMessage) -> KeptMail:
    sent_at = message["Date"].datetime
    return KeptMail(
        name=message["Message-ID"].strip().strip("<>").partition("@")[0],
        sender=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent_at=sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC),  # "-0000" is read as a time without zone
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
