"""What would stop the start says so in one sentence, with the setting and its mend."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from team.running.checks import CannotStart, check_data_dir, check_port, check_socket_path, take_data_dir


def test_port_that_is_taken_names_another():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} is taken .* PORT={port + 1}\."):
            check_port("127.0.0.1", port)


def test_port_that_is_free_is_fine():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("127.0.0.1", 70_000, "Set PORT to a number from 1 to 65535"),
        ("192.0.2.1", 8000, "Set HOST to an address of this"),
    ],
)
def test_address_that_cannot_be_had_names_the_setting(host, port, sentence):
    with pytest.raises(CannotStart, match=sentence):
        check_port(host, port)


def test_folder_that_cannot_be_written_names_data_dir(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"Not a directory.* Set DATA_DIR"):
        check_data_dir(tmp_path / "file" / "var")


def test_folder_is_made_for_this_user_alone(tmp_path: Path):
    check_data_dir(tmp_path / "var")
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_path_too_long_for_a_socket_names_data_dir(tmp_path: Path):
    with pytest.raises(CannotStart, match="Set DATA_DIR to a shorter one"):
        check_socket_path(tmp_path / ("x" * 100) / "valkey.sock")


def test_folder_belongs_to_one_roster_until_it_ends(tmp_path: Path):
    imports = "from pathlib import Path; from team.running.checks import take_data_dir"
    take = f"{imports}; take_data_dir(Path({str(tmp_path)!r}))"
    holder = subprocess.Popen(
        [sys.executable, "-c", f"{take}; print(flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(CannotStart, match="Roster already runs on"):
        take_data_dir(tmp_path)
    holder.communicate(b"\n")
    subprocess.run([sys.executable, "-c", take], check=True)
