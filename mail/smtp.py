"""Django's SMTP backend, which also tells whether the server was given anything of the mail that it failed with."""

import smtplib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

from mail.letters import Letter


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
        """Gives the server a letter's bytes as they are, where Django would write them once more."""
        if not isinstance(email_message, Letter):
            return super()._send(email_message)  # type: ignore[misc, no-any-return]
        assert self.connection is not None  # noqa: S101 - send_messages() has opened it
        recipients = [sanitize_address(address, settings.DEFAULT_CHARSET) for address in email_message.to]
        sender = sanitize_address(email_message.from_email, settings.DEFAULT_CHARSET)
        self.connection.sendmail(sender, recipients, email_message.data)
        return True


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
