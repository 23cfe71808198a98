"""Django's SMTP backend, which also tells whether the server was given anything of the mail that it failed with."""

import re
import smtplib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

from mail.letters import Letter

# What Django's reading of an address, 0.07 ms of CPU a mail, gives back as it is.
_PLAIN_ADDRESS = re.compile(r"[\w+-]+(?:\.[\w+-]+)*@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+", re.ASCII | re.IGNORECASE)


class _Dialog(smtplib.SMTP):
    given = False

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.given = False
        return super().mail(sender, options)

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.given = True
        try:
            return super().data(msg)
        except smtplib.SMTPDataError as refused:
            # DATA itself was refused. As an answer, sendmail() ends the mail by RSET; as an error it leaves it open.
            return refused.smtp_code, _bytes(refused.smtp_error)


class _DialogSSL(_Dialog, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Sends by SMTP; `given` is True once DATA was said for the last mail, after which nobody knows who has it."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _DialogSSL if self.use_ssl else _Dialog

    @property
    def given(self) -> bool:
        return isinstance(self.connection, _Dialog) and self.connection.given

    def _send(self, email_message: EmailMessage) -> bool:
        if not isinstance(email_message, Letter):
            return super()._send(email_message)  # type: ignore[misc, no-any-return]
        assert self.connection is not None  # noqa: S101 - send_messages() has opened it
        recipients = [_address(address) for address in email_message.to]
        self.connection.sendmail(_sender(email_message.from_email), recipients, email_message.data)
        return True


def _address(written: str) -> str:
    """What MAIL and RCPT say: without a name, and a domain that is not ASCII as DNS knows it."""
    if _PLAIN_ADDRESS.fullmatch(written):
        return written
    return sanitize_address(written, settings.DEFAULT_CHARSET)


_sender = lru_cache(maxsize=1)(_address)  # of all mail the same


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
