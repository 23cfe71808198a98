"""Measures what it costs to run Roster: the time to its first page, and memory and processor at rest.

python -m scripts.figures [--rest 30]
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
PAGE = "/accounts/login/"
MOST_SECONDS, MOST_MEGABYTES, MOST_PERCENT = 5.0, 350.0, 5.0
SECONDS_TO_SETTLE = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rest", type=float, default=30, help="how long to watch it at rest, in seconds")
    rest = parser.parse_args().rest
    with tempfile.TemporaryDirectory(prefix="roster-figures-") as data:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        environment |= {"DATA_DIR": data, "PORT": str(port)}
        began = time.monotonic()
        program = subprocess.Popen(
            ["make", "--no-print-directory", "run"], cwd=ROOT, env=environment, stdout=sys.stderr
        )
        try:
            to_first_page = seconds_to_page(program, f"http://localhost:{port}{PAGE}", began)
            time.sleep(SECONDS_TO_SETTLE)
            tree = [psutil.Process(program.pid), *psutil.Process(program.pid).children(recursive=True)]
            memory = sum(process.memory_full_info().pss for process in tree) / 1e6
            processor = percent_at_rest(tree, rest)
        finally:
            for process in psutil.Process(program.pid).children():
                process.send_signal(signal.SIGTERM)
            program.terminate()
            program.wait()
    figures = [
        ("first page", to_first_page, "s", MOST_SECONDS),
        ("memory at rest", memory, "MB", MOST_MEGABYTES),
        ("processor at rest", processor, "% of a core", MOST_PERCENT),
    ]
    for name, value, unit, most in figures:
        print(f"{name:<20}{value:>8.1f} {unit:<12} (at most {most:g})")
    return int(any(value > most for _, value, _, most in figures))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def seconds_to_page(program: subprocess.Popen[bytes], url: str, began: float) -> float:
    while program.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10):  # noqa: S310 - our own address
                return time.monotonic() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    sys.exit("Roster did not start.")


def percent_at_rest(tree: list[psutil.Process], seconds: float) -> float:
    def used() -> float:
        return float(sum(process.cpu_times().user + process.cpu_times().system for process in tree))

    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds * 100


if __name__ == "__main__":
    sys.exit(main())
