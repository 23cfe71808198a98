"""The kinds of jobs that change many people."""

from jobs import kinds
from organizations.bulk import doing, rehearsing, undoing


def register_all() -> None:
    kinds.register(rehearsing.REHEARSE_KIND, rehearsing.step)
    kinds.register(doing.KIND, doing.step)
    kinds.register(undoing.UNDO_KIND, undoing.step)
