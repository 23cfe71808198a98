"""What would stop the start, each told in one sentence with the setting and its mend."""

import errno
import fcntl
import os
import socket
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 107  # the kernel's limit for a unix socket


class CannotStart(Exception):
    """Roster cannot run like this; the sentence says which setting to change and how."""


def check_data_dir(data: Path) -> None:
    """Raises CannotStart where nothing can be written."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        problem = f"Nothing can be written in {data} ({error.strerror}). Set DATA_DIR to a folder of this user."
        raise CannotStart(problem) from error


def check_socket_path(path: Path) -> None:
    """Raises CannotStart where the broker's socket would have too long a name."""
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        problem = (
            f"The path {path.parent} is too long for a socket. Set DATA_DIR to a shorter one, or REDIS_URL to a broker."
        )
        raise CannotStart(problem)


def check_port(host: str, port: int) -> None:
    """Raises CannotStart where nobody can listen."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OverflowError as error:
        problem = f"PORT is {port}. Set PORT to a number from 1 to 65535."
        raise CannotStart(problem) from error
    except OSError as error:
        raise CannotStart(_about_port(host, port, error)) from error


def take_data_dir(data: Path) -> None:
    """Keeps DATA_DIR to this process and what it turns into. Raises CannotStart where another Roster has it."""
    lock = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        problem = f"Roster already runs on {data}. Stop it first, or set DATA_DIR and PORT to run a second one."
        raise CannotStart(problem) from error
    os.set_inheritable(lock, True)  # it stays locked until the process ends


def _about_port(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Set PORT to a free one, such as PORT={port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {port} is not open to this user. Set PORT to a number from 1024 to 65535."
    return f"Nobody can listen at {host}:{port} ({error.strerror}). Set HOST to an address of this machine."
