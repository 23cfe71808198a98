"""A mail server on loopback that remembers what it took and answers as it is told."""

import asyncio
import socket
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message as EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = str | None


class MailServer:
    """Give `at_recipient` or `at_data` an answer such as "450 4.2.1 Busy", or DROP to cut the line."""

    DROP = "drop"
    SILENCE = "silence"

    def __init__(self) -> None:
        self.at_recipient: Answer = None
        self.at_data: Answer = None
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.when_asked: Callable[[], object] = lambda: None
        self.when_taken: Callable[[], object] = lambda: None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host, self.port = free.getsockname()
        self._controller = Controller(self, hostname=self.host, port=self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        return [str(message["Message-ID"]) for message in self.taken]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        self.when_asked()
        if self.at_recipient:
            return await self._told(server, self.at_recipient)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data and self.at_data != self.DROP:
            return await self._told(server, self.at_data)
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(message_from_bytes(content))
        self.recipients += envelope.rcpt_tos
        self.when_taken()
        return await self._told(server, self.at_data or "250 OK")

    async def _told(self, server: SMTP, answer: str) -> str:
        if answer == self.DROP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "250 OK"
        if answer == self.SILENCE:
            await asyncio.sleep(3)
            return "250 OK"
        return answer
