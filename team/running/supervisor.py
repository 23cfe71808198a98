"""Starts the parts in order, watches them, and takes all of them down with it."""

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from team.running.child import Child, die_with_parent
from team.running.parts import Part

LOOK_EVERY = 0.5
HEAR_EVERY = 0.25
SECONDS_TO_ANSWER = 60
SECONDS_TO_END = 8


class Ending:
    """Whether it was told to end. A plain flag: a threading.Event that is set by a signal during another hangs."""

    def __init__(self) -> None:
        self._told = False

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def is_set(self) -> bool:
        return self._told

    def wait(self, seconds: float) -> bool:
        """Sleep that long, or less when told to end meanwhile; whether it was told."""
        until = time.monotonic() + seconds
        while not self._told and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, HEAR_EVERY))
        return self._told

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._told = True


class Supervisor:
    """The broker first, then the web process, and when it answers the rest; ends on SIGTERM and SIGINT."""

    def __init__(self, *, broker: Part | None, web: Part, others: Sequence[Part]) -> None:
        self._broker = [Child(broker)] if broker else []
        self._web = Child(web)
        self._others = [Child(part) for part in others]
        self._children = [*self._broker, self._web, *self._others]
        self._ending = Ending()

    def run(self, *, bind: str, first_step: list[str] | None, welcome: str) -> int:
        """Run until told to end. `first_step` is a command that runs once, as soon as the first page is answered."""
        self._ending.listen()
        try:
            for child in [*self._broker, self._web]:
                child.start()
            if not self._wait_for_answer(bind):
                return 0 if self._ending.is_set() else 1
            for child in self._others:
                child.start()
            if first_step:
                self._run_once(first_step)
            if not self._ending.is_set():
                say(welcome)
            self._watch()
        finally:
            self._end_all()
        return 0

    def _wait_for_answer(self, bind: str) -> bool:
        until = time.monotonic() + SECONDS_TO_ANSWER
        while not self._ending.wait(0.05):
            if answers(bind):
                return True
            if time.monotonic() > until:
                say("The web process does not answer; what it printed above says why.")
                return False
            self._keep_running()
        return False

    def _run_once(self, command: list[str]) -> None:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent())  # noqa: S603
        while program.poll() is None:
            if self._ending.wait(0.05):
                program.terminate()
                program.wait()

    def _watch(self) -> None:
        while not self._ending.wait(LOOK_EVERY):
            self._keep_running()

    def _keep_running(self) -> None:
        for child in self._children:
            if sentence := child.keep_running():
                say(sentence)

    def _end_all(self) -> None:
        # The broker last, so that what is under way can still be put back.
        for group in ([self._web, *self._others], self._broker):
            until = time.monotonic() + SECONDS_TO_END
            for child in group:
                child.ask_to_end()
            for child in group:
                child.end(max(until - time.monotonic(), 0))


def answers(bind: str) -> bool:
    """Whether a web process answers there, whatever it answers."""
    host, _, port = bind.rpartition(":")
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, int(port), timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/health/", headers={"Host": "localhost"})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
