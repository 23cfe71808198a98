"""One program that is kept running: started again when it ends, each time a little later, and never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from team.running.parts import Part

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 30.0
_SET_PARENT_DEATH_SIGNAL = 1


class Child:
    """A part and the process that it runs in."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._program: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._again_at: float | None = None

    def start(self) -> None:
        self._again_at = None
        self._started = time.monotonic()
        self._program = subprocess.Popen(  # noqa: S603 - our own commands
            self.part.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt at the terminal reaches us alone; we end the parts in their order
            preexec_fn=die_with_parent(),
            env={
                "MALLOC_ARENA_MAX": "2",
                **os.environ,
            },  # threads of their own arenas cost memory and gain nothing here
        )

    @property
    def runs(self) -> bool:
        return self._program is not None and self._program.poll() is None

    def keep_running(self) -> str | None:
        """Start it again where it has ended and its pause is over; a sentence to print when it has just ended."""
        if self._program is None or self.runs:
            return None
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self.start()
            return None
        if now - self._started > STEADY_SECONDS:
            self._pause = FIRST_PAUSE
        self._again_at, pause = now + self._pause, self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return f"The {self.part.name} ended ({_how(self._program.returncode)}). It is started again in {pause:g} s."

    def ask_to_end(self) -> None:
        if self._program is not None and self.runs:
            self._program.send_signal(signal.SIGTERM)

    def end(self, seconds: float) -> None:
        """Wait this long for it to end, then end its whole session."""
        if self._program is None:
            return
        try:
            self._program.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._program.pid, signal.SIGKILL)
            self._program.wait()


def die_with_parent() -> Callable[[], None] | None:
    """What a child runs first, so that the kernel ends it when its parent is gone, even by kill -9. Linux only."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def before_exec() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the kernel knew
            os._exit(1)

    return before_exec


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
