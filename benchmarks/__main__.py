"""Everything that is measured, one after the other: `make bench`, or `python -m benchmarks members bulk`.

The data are the demo's organizations of 100, 10,000, 100,000 and 1,000,000 people, in a PostgreSQL database that is
made once and kept (`roster_bench`, or what DATABASE_URL names). Making the largest takes a quarter of an hour, the
ten million events of `audit_page` seven minutes and 15 GB.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

SIZES = (100, 10_000, 100_000, 1_000_000)
PARTS = ("members", "export", "bulk", "memory", "access", "sending", "inviting", "audit", "audit_export", "audit_page")
NEED_NO_CROWD = {"access", "sending", "inviting", "audit", "audit_export", "audit_page"}
ON_DEMAND = {"audit_page"}  # makes ten million events, some 20 GB
DATABASE = "postgres://postgres@127.0.0.1:5432/roster_bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="without one all but audit_page")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="no organization above this size is made")
    arguments = parser.parse_args()
    arguments.parts = arguments.parts or [part for part in PARTS if part not in ON_DEMAND]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
    environment.setdefault("DATABASE_URL", DATABASE)
    largest = SIZES[0] if set(arguments.parts) <= NEED_NO_CROWD else arguments.largest
    if set(arguments.parts) != {"access"}:
        prepare(environment, largest)
    for part in arguments.parts:
        print(f"\n== {part}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{part}"], env=environment, check=True)


def prepare(environment: dict[str, str], largest: int) -> None:
    """Make the database and the organizations that are not there yet."""
    address, _, name = environment["DATABASE_URL"].rpartition("/")
    there = subprocess.run(["psql", "-lqtA", f"{address}/postgres"], check=True, capture_output=True, text=True).stdout
    if not any(line.startswith(f"{name}|") for line in there.splitlines()):
        subprocess.run(["createdb", f"--maintenance-db={address}/postgres", name], check=True)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], env=environment, check=True)
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.measuring"], env=environment, check=True, capture_output=True, text=True
    )
    made = [int(size) for size in found.stdout.split()]
    for size in SIZES:
        if size <= largest and not any(abs(size - one) <= size // 20 for one in made):
            command = [sys.executable, "manage.py", "demo", "--members", str(size)]
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
