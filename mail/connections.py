"""A connection to the mail server that takes many mails, one after the other, and is made anew after trouble."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from mail.failures import only_this_mail

MAILS_PER_CONNECTION = 100  # many servers take no more over one


def nothing() -> None:
    """What is done while a mail is given a second time."""


class Line:
    """A worker's line to the mail server: it has one connection at most, made when a mail needs it."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None
        self._mails = 0
        self._giver = ThreadPoolExecutor(1, "mail")  # begins no thread before it is asked

    def __enter__(self) -> Line:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._giver.shutdown()
        self.close()

    def send(self, email: EmailMessage, when_open: Callable[[], None], meanwhile: Callable[[], None] = nothing) -> None:
        """Send one mail; `when_open` is called just before the server is given it, and may raise to stop that.

        `meanwhile` is called once while the server takes it, on the caller's thread, and may not raise.

        A server may have hung up since the last mail, for its own reasons. Where it was given nothing of this one it is
        given it once more, over a new connection. Every other failure is raised; the next mail finds a line that works.
        """
        while True:
            backend = self._open()
            when_open()
            first = self._mails == 0
            self._mails += 1
            try:
                answer = self._giver.submit(backend.send_messages, [email])
                meanwhile, call = nothing, meanwhile
                call()
                answer.result()
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
