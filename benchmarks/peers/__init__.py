"""What others take for the same as Roster, each in a database of its own and by transactions that are committed.

They stand ready beside each other, and are asked in turns: a machine that is slow for a while is so for both.
What is not Roster is installed into a folder that goes again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.sink import running_sink

DJANGO_INVITATIONS = "django-invitations==2.1.0"
BY_ITS_FORM = "by its form, "  # what a person can do; begins the names of its ways
WAYS = (
    "all in one request, mails kept in memory",
    BY_ITS_FORM + "mails kept in memory",
    BY_ITS_FORM + "mails to a server that takes each at once",
)
_SCRIPT = Path(__file__).with_name("with_django_invitations.py")

Asked = Callable[[str], list[float]]


@contextmanager
def roster(number: int, database: str) -> Iterator[Asked]:
    """Whoever asks it gets the seconds of each of some rounds. `database`: the address of one that is made anew."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.peers.with_roster", str(number)]
    with _made_anew(database), _ready(command, os.environ | {"DATABASE_URL": database}) as asked:
        yield asked


@contextmanager
def django_invitations(number: int, database: str) -> Iterator[Asked]:
    """Whoever names one of its `WAYS` gets the seconds that it took. `database`: the address of one made anew."""
    with _made_anew(database), TemporaryDirectory() as folder, running_sink() as sink:
        install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", folder, DJANGO_INVITATIONS]
        subprocess.run(install, check=True, capture_output=True)
        # Not from here: its app is called `invitations` as ours is.
        command = [sys.executable, "-W", "ignore", str(_SCRIPT), database, str(number), str(sink.port)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
        with _ready(command, environment | {"PYTHONPATH": folder}, folder) as asked:
            yield asked


@contextmanager
def _ready(command: list[str], environment: dict[str, str], folder: str | None = None) -> Iterator[Asked]:
    """A program that answers each line with a line of numbers."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, cwd=folder, env=environment, stdin=pipe, stdout=pipe) as program:
        words, answers = program.stdin, program.stdout
        assert words is not None
        assert answers is not None

        def ask(what: str) -> list[float]:
            print(what, file=words, flush=True)
            if not (answer := answers.readline()):
                message = f"{command} ended."
                raise RuntimeError(message)
            return [float(one) for one in answer.split()]

        ask("")  # answers when it is ready
        yield ask
        words.close()


@contextmanager
def _made_anew(database: str) -> Iterator[None]:
    address, _, name = database.rpartition("/")
    maintenance = f"--maintenance-db={address}/postgres"
    subprocess.run(["dropdb", maintenance, "--if-exists", name], check=True, capture_output=True)
    subprocess.run(["createdb", maintenance, name], check=True)
    yield
    subprocess.run(["dropdb", maintenance, name], check=True)
