"""Django's SMTP backend, which also tells whether the server was given anything of the mail that it failed with, and
does something else while the server takes one."""

import re
import smtplib
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

from mail.letters import Letter

GO_ON = 354

_DOT_FIRST = re.compile(rb"(?m)^\.")  # at the beginning of a line it would end the mail


def nothing() -> None:
    """What is done while a server takes a mail, where nothing else is said."""


class _Dialog(smtplib.SMTP):
    given = False
    meanwhile: Callable[[], None] = staticmethod(nothing)

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.given = False
        return super().mail(sender, options)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As it is inherited, but that something else is done before the server's answer to the text is waited for."""
        self.given = True
        code, words = self.docmd("data")
        if code != GO_ON:
            return code, words  # as an answer, sendmail() ends the mail by RSET; as an error it leaves it open
        self.send(_DOT_FIRST.sub(b"..", msg).removesuffix(b"\r\n") + b"\r\n.\r\n")
        self.meanwhile()
        return self.getreply()


class _DialogSSL(_Dialog, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Sends by SMTP; `given` is True once DATA was said for the last mail, after which nobody knows who has it.

    `meanwhile` is called while the server takes a letter that it was given whole, and may not raise.
    """

    meanwhile: Callable[[], None] = staticmethod(nothing)

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
        if isinstance(self.connection, _Dialog):
            self.connection.meanwhile = self.meanwhile
        self.connection.sendmail(sender, recipients, email_message.data)
        return True
