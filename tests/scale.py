"""How much of a race, a fault or a state machine is run: all of it in `make soak`, a twentieth otherwise."""

import os

FULL_SIZE = bool(os.environ.get("SOAK"))


# How often one fault is brought on, where each time takes its seconds.
REPEATS = 20 if FULL_SIZE else 1


def scaled(number: int) -> int:
    """This many in `make soak`, a twentieth of it otherwise, one at least."""
    return number if FULL_SIZE else max(number // 20, 1)
