"""`python -m team.running`: what `manage.py up` turns into once everything is ready."""

import argparse
import sys
from pathlib import Path

from team.running import parts
from team.running.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bind", required=True)
    parser.add_argument("--welcome", required=True)
    parser.add_argument("--broker", action="store_true")
    parser.add_argument("--first-step", nargs="+")
    options = parser.parse_args(arguments)
    supervisor = Supervisor(
        broker=parts.broker(options.data) if options.broker else None,
        web=parts.web(options.bind),
        others=[parts.worker(), parts.beat(options.data)],
    )
    return supervisor.run(bind=options.bind, first_step=options.first_step, welcome=options.welcome)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
