"""What others take for the same as Roster, each in a database of its own and by transactions that are committed.

What is not Roster is installed into a folder that goes again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.sink import running_sink

DJANGO_INVITATIONS = "django-invitations==2.1.0"
BY_ITS_FORM = "by its form, "  # what a person can do; begins the names of its ways
_SCRIPT = Path(__file__).with_name("with_django_invitations.py")


def seconds_of_roster(number: int, database: str) -> list[float]:
    """Of each round. `database` is the address of a PostgreSQL database, which is made anew."""
    with _made_anew(database):
        asked = [sys.executable, "-W", "ignore", "-m", "benchmarks.peers.with_roster", str(number)]
        environment = os.environ | {"DATABASE_URL": database}
        found = subprocess.run(asked, check=True, capture_output=True, text=True, env=environment)
    return [float(line) for line in found.stdout.split()]


def seconds_of_django_invitations(number: int, database: str) -> dict[str, float]:
    """By how it was asked. `database` is the address of a PostgreSQL database, which is made anew."""
    with _made_anew(database), TemporaryDirectory() as folder, running_sink() as sink:
        install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", folder, DJANGO_INVITATIONS]
        subprocess.run(install, check=True, capture_output=True)
        # Not from here: its app is called `invitations` as ours is.
        asked = [sys.executable, "-W", "ignore", str(_SCRIPT), database, str(number), str(sink.port)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
        environment["PYTHONPATH"] = folder
        found = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=folder, env=environment)
    pairs = (line.rsplit(" ", 1) for line in found.stdout.splitlines())
    return {way: float(seconds) for way, seconds in pairs}


@contextmanager
def _made_anew(database: str) -> Iterator[None]:
    address, _, name = database.rpartition("/")
    maintenance = f"--maintenance-db={address}/postgres"
    subprocess.run(["dropdb", maintenance, "--if-exists", name], check=True, capture_output=True)
    subprocess.run(["createdb", maintenance, name], check=True)
    yield
    subprocess.run(["dropdb", maintenance, name], check=True)
