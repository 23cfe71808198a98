"""One command runs all of Roster: what dies comes back, and nothing is left when it ends, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("valkey", "gunicorn", "worker --loglevel", "beat --loglevel")


class Running:
    """`manage.py up` on a folder and a port of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        self.said = data.with_name("said")
        environment = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEY"))}
        environment |= {
            "DATA_DIR": str(data), "PORT": str(port), "DJANGO_SETTINGS_MODULE": "config.settings.development",
        }  # fmt: skip
        with self.said.open("wb") as said:
            self.program = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--no-demo"], cwd=ROOT, env=environment, stdout=said, stderr=said
            )
        self.top = psutil.Process(self.program.pid)
        self.seen: list[psutil.Process] = []

    def part(self, word: str) -> psutil.Process | None:
        """The process whose command has this word, the one that was started directly."""
        for child in self.top.children():
            with suppress(psutil.NoSuchProcess):  # a zombie, too
                if word in " ".join(child.cmdline()):
                    return child
        return None

    def has_another(self, word: str, than: psutil.Process) -> bool:
        part = self.part(word)
        return part is not None and part.pid != than.pid

    def addresses(self) -> set[str]:
        """Where its port is open."""
        inet = psutil.net_connections("inet")
        return {one.laddr.ip for one in inet if one.status == psutil.CONN_LISTEN and one.laddr.port == self.port}

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/health/", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            return False

    def remember(self) -> None:
        self.seen = self.top.children(recursive=True)

    def left(self) -> list[psutil.Process]:
        """Those of the remembered that still run."""
        return [one for one in self.seen if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def wait_for(what: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Running(tmp_path_factory.mktemp("up") / "var", port)
    wait_for(lambda: "Ctrl+C stops it" in running.said.read_text(), seconds=60)
    yield running
    running.program.kill()
    running.program.wait()


def test_everything_starts_comes_back_and_ends_together(running: Running):
    assert running.answers()
    assert running.addresses() == {"127.0.0.1"}, "mail is kept in files, and their page shows live links"

    for word in PARTS:
        killed = running.part(word)
        assert killed is not None
        killed.kill()
        wait_for(partial(running.has_another, word, killed))
    assert "The broker ended (SIGKILL). It is started again in 0.5 s." in running.said.read_text()
    wait_for(running.answers)

    second = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env={**running.top.environ()}, capture_output=True, text=True
    )
    assert second.returncode == 1
    assert second.stderr.startswith("CommandError: Roster already runs on")

    running.remember()
    running.program.send_signal(signal.SIGTERM)
    assert running.program.wait(20) == 0
    assert running.left() == []


def test_nothing_is_left_when_it_is_killed(running: Running):
    running.remember()
    assert len(running.seen) >= 5
    running.program.kill()
    running.program.wait()
    wait_for(lambda: not running.left())


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("DATA_DIR", "/dev/null/var", "Nothing can be kept in /dev/null/var/keys (Not a directory). Set DATA_DIR"),
        ("PORT", "eighty", "The setting PORT cannot be read"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "Start it, or set DATABASE_URL to the one to use."),
    ],
)
def test_wrong_setting_stops_the_start_with_its_name_and_its_mend(tmp_path: Path, setting, value, sentence):
    environment = {name: text for name, text in os.environ.items() if not name.endswith(("_URL", "_KEY"))}
    environment |= {"DATA_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "config.settings.development"}
    ended = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment | {setting: value},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_ends_however_often_it_is_told(running: Running):
    """As make and the terminal do: both pass the same signal on."""
    running.remember()
    for _ in range(2_000):
        if running.program.poll() is not None:
            break
        running.program.send_signal(signal.SIGTERM)
        running.program.send_signal(signal.SIGINT)
    assert running.program.wait(30) == 0
    assert running.left() == []
