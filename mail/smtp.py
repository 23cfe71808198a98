"""Django's SMTP backend, which also tells whether the server was given anything of the mail that it failed with."""

import smtplib
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends import smtp


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


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
