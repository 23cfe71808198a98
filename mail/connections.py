"""A connection to the mail server that takes many mails, one after the other, and is made anew after trouble."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from mail.failures import only_this_mail
from mail.smtp import EmailBackend, nothing

MAILS_PER_CONNECTION = 100  # many servers take no more over one


class Line:
    """A worker's line to the mail server: it has one connection at most, made when a mail needs it."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None
        self._mails = 0

    def __enter__(self) -> Line:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def send(self, email: EmailMessage, when_open: Callable[[], None], meanwhile: Callable[[], None] = nothing) -> None:
        """Send one mail; `when_open` is called just before the server is given it, and may raise to stop that.

        `meanwhile` is called at most once: while the server takes it. It may not raise.

        A server may have hung up since the last mail, for its own reasons. Where it was given nothing of this one it is
        given it once more, over a new connection. Every other failure is raised; the next mail finds a line that works.
        """
        while True:
            backend = self._open()
            when_open()
            first = self._mails == 0
            self._mails += 1
            try:
                if isinstance(backend, EmailBackend):
                    backend.meanwhile = meanwhile
                backend.send_messages([email])
            except Exception as error:
                if only_this_mail(error):
                    raise
                given = getattr(backend, "given", True)  # not every backend knows
                self.close()
                if first or given:
                    raise
            else:
                return

    def close(self) -> None:
        """Hang up, where there is a connection."""
        backend, self._backend, self._mails = self._backend, None, 0
        if backend is not None:
            _hang_up(backend)

    def _open(self) -> BaseEmailBackend:
        if self._mails >= MAILS_PER_CONNECTION:
            self.close()
        if self._backend is None:
            backend = get_connection()
            try:
                backend.open()
            except Exception:
                _hang_up(backend)  # one that was half made, as when a password is refused
                raise
            self._backend = backend
        return self._backend


def _hang_up(backend: BaseEmailBackend) -> None:
    try:
        backend.close()
    except OSError:
        pass  # whoever is left there has hung up too
