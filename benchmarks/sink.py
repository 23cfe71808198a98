"""A mail server that takes everything and counts it by Message-ID, in a process of its own."""

from __future__ import annotations

import asyncio
import smtplib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

HOST = "127.0.0.1"
ANSWERS = {"EHLO": b"250 sink\r\n", "DATA": b"354 Go on\r\n", "QUIT": b"221 Bye\r\n"}
END = b"\r\n.\r\n"


class Dialog(asyncio.Protocol):
    """One connection.

    `XCOUNT 20` answers how much was taken, how much of it twice, over how many connections, and in how many seconds
    from the first to the last. Then all begins anew: each later connection and each later mail waits 20 ms.
    """

    taken: Counter[bytes] = Counter()
    connections = 0
    pause = 0.0
    first = last = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._waiting, self._in_text = transport, b"", False
        Dialog.connections += 1
        self._after_the_pause(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while True:
            text, end, rest = self._waiting.partition(END if self._in_text else b"\r\n")
            if not end:
                return
            self._waiting = rest
            if self._in_text:
                self._take(text)
            else:
                self._answer(text.decode())

    def _take(self, text: bytes) -> None:
        self._in_text = False
        Dialog.taken[text.partition(b"\r\nMessage-ID: ")[2].partition(b"\r\n")[0]] += 1
        Dialog.last = monotonic()
        Dialog.first = Dialog.first or Dialog.last
        self._after_the_pause(b"250 Taken\r\n")

    def _after_the_pause(self, words: bytes) -> None:
        if Dialog.pause:
            asyncio.get_running_loop().call_later(Dialog.pause, self._transport.write, words)
        else:
            self._transport.write(words)

    def _answer(self, words: str) -> None:
        command, _, argument = words.partition(" ")
        command = command.upper()
        if command == "XCOUNT":
            distinct, taken = len(Dialog.taken), sum(Dialog.taken.values())
            seconds, connections = Dialog.last - Dialog.first, Dialog.connections - 1
            self._transport.write(f"250 {taken} {taken - distinct} {connections} {seconds}\r\n".encode())
            Dialog.taken, Dialog.connections, Dialog.pause = Counter(), 0, int(argument) / 1000
            Dialog.first = Dialog.last = 0.0
            return
        self._in_text = command == "DATA"
        self._transport.write(ANSWERS.get(command, b"250 OK\r\n"))
        if command == "QUIT":
            self._transport.close()


@dataclass(frozen=True)
class Count:
    taken: int
    twice: int
    connections: int
    seconds: float


@dataclass(frozen=True)
class Sink:
    """The server as the benchmark sees it."""

    port: int

    def begin(self, milliseconds: int = 0) -> Count:
        """What was taken since the last beginning; from now on connections and mails wait so long."""
        with smtplib.SMTP(HOST, self.port) as line:
            taken, twice, connections, seconds = line.docmd("XCOUNT", str(milliseconds))[1].split()
        return Count(int(taken), int(twice), int(connections), float(seconds))


@contextmanager
def running_sink() -> Iterator[Sink]:
    with subprocess.Popen([sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Sink(int(process.stdout.readline()))
        finally:
            process.terminate()


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Dialog, HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
