"""A mail server on loopback that remembers what it took and answers as it is told."""

import asyncio
import socket
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = str | None

# From the first word to the last: `before_data` is the answer to DATA itself, `at_data` the one to the mail's text.
STAGES = ("at_greeting", "at_hello", "at_sender", "at_recipient", "before_data", "at_data")
LONGER_THAN_ANY_CLIENT_WAITS = 3


class MailServer:
    """Give a stage an answer such as "450 4.2.1 Busy", DROP to cut the line there, or SILENCE.

    What is told `once` comes before what the attribute of that name says for all; an address may have its own answer.
    """

    DROP = "drop"
    SILENCE = "silence"

    def __init__(self) -> None:
        self.at_greeting: Answer = None
        self.at_hello: Answer = None
        self.at_sender: Answer = None
        self.at_recipient: Answer = None
        self.before_data: Answer = None
        self.at_data: Answer = None
        self.for_address: dict[str, str] = {}
        self.mails_per_connection = 0  # after so many it hangs up; 0 is never
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.when_greeted: Callable[[], object] = lambda: None
        self.when_asked: Callable[[], object] = lambda: None
        self.when_taken: Callable[[], object] = lambda: None
        self._once: dict[str, deque[str]] = defaultdict(deque)
        self._open: set[_Dialog] = set()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host, self.port = free.getsockname()
        self._controller = _Controller(self, hostname=self.host, port=self.port)

    def start(self) -> None:
        self._controller.start()
        self.connections = 0  # the controller has called once, to see whether it answers

    def stop(self) -> None:
        self.hang_up()
        self._controller.stop()

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        return [str(message["Message-ID"]) for message in self.taken]

    @property
    def open_connections(self) -> int:
        return len(self._open)

    def once(self, stage: str, *answers: str) -> None:
        """Give these answers at that stage, one after the other."""
        self._once[stage] += answers

    def hang_up(self, parting: str = "") -> None:
        """Close every connection that is open, with a last word or without one."""

        async def close() -> None:
            for dialog in list(self._open):
                dialog.part(parting)
            for _ in range(3):  # what is closed is gone a turn or two of the loop later
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(close(), self._controller.loop).result()

    def answer_at(self, stage: str) -> Answer:
        waiting = self._once[stage]
        answer: Answer = waiting.popleft() if waiting else getattr(self, stage)
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address in self.for_address:
            return self.for_address[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: "_Dialog", session: Session, envelope: Envelope) -> str:
        answer = self.answer_at("at_data")
        if answer and answer not in (self.DROP, "250 OK"):
            return await server.told(answer)
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(message_from_bytes(content))
        self.recipients += envelope.rcpt_tos
        self.when_taken()
        server.mails += 1
        if server.mails == self.mails_per_connection:
            asyncio.get_running_loop().call_soon(server.part, "")
        return await server.told(answer or "250 OK")


@contextmanager
def listening(settings: Any) -> Iterator[MailServer]:
    """A mail server that runs, with Roster set to send to it."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 0.5
    try:
        yield server
    finally:
        server.stop()


class _Dialog(SMTP):
    """One connection. Each command that has a stage of its own asks first what it is told to answer."""

    event_handler: MailServer
    mails = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self not in self.event_handler._open:  # it is made once more after STARTTLS
            self.event_handler._open.add(self)
            self.event_handler.connections += 1

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler._open.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        self.event_handler.when_greeted()
        if await self._goes_on("at_greeting"):
            await super()._handle_client()
        else:
            self.part("")

    async def smtp_EHLO(self, arg: str) -> None:
        if await self._goes_on("at_hello"):
            await super().smtp_EHLO(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if await self._goes_on("at_sender"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        self.event_handler.when_asked()
        if await self._goes_on("at_recipient"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self._goes_on("before_data"):
            await super().smtp_DATA(arg)

    async def _goes_on(self, stage: str) -> bool:
        answer = self.event_handler.answer_at(stage)
        if answer in (None, "250 OK"):
            return True
        words = await self.told(str(answer))
        if self.transport is not None:
            await self.push(words)
        return False

    async def told(self, answer: str) -> str:
        """What to say; a line that is to be cut is cut, and after 421 it is closed, as by real servers."""
        if answer == MailServer.SILENCE:
            await asyncio.sleep(LONGER_THAN_ANY_CLIENT_WAITS)
        elif answer == MailServer.DROP:
            self._line().abort()
        elif answer.startswith("421"):
            asyncio.get_running_loop().call_soon(self.part, "")
        else:
            return answer
        return answer if answer.startswith("421") else "250 OK"

    def part(self, words: str) -> None:
        """Close the connection, at rest or not."""
        if self.transport is not None:
            if words:
                self._line().write(words.encode() + b"\r\n")
            self._line().close()

    def _line(self) -> asyncio.Transport:
        assert isinstance(self.transport, asyncio.Transport)
        return self.transport


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Dialog(self.handler, **self.SMTP_kwargs)
