"""What the organizations and accounts of some chains are called, asked of the apps that know: one question for each."""

from collections.abc import Callable, Collection
from uuid import UUID

Names = Callable[[Collection[UUID]], dict[UUID, str]]
_known: list[Names] = []


def register(names: Names) -> None:
    """`names` answers those of the chains that are its own, by id."""
    if names not in _known:
        _known.append(names)


def names_of(chains: Collection[UUID]) -> dict[UUID, str]:
    """Without those that are gone."""
    found: dict[UUID, str] = {}
    for names in _known:
        if left := set(chains) - found.keys():
            found |= names(left)
    return found
