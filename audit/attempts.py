"""What the actions under way were refused for lack of permission, until the outermost has ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError

from audit import refusing
from audit.actors import Actor


@dataclass
class Attempts:
    """`under_way` are the actions by name with their actors, the innermost last."""

    under_way: list[tuple[str, Actor | None]]
    refused: dict[tuple[str, str, UUID | None], tuple[Actor, str]] = field(default_factory=dict)

    def refuse(self, reason: str) -> None:
        """The innermost action does not do all that was asked.

        However many it passes over, it is one refusal of that action, with the first reason. What is taken back with a
        savepoint was refused all the same.
        """
        name, actor = self.under_way[-1]
        self._add(name, actor, reason)

    def refuse_for(self, error: PermissionDenied | ValidationError) -> None:
        """The outermost action ends with this error."""
        name, actor = self.under_way[0]
        for one in refusing.refusals_in(error):
            self._add(refusing.mark(one, name), actor, refusing.reason_of(one))

    def note(self, chains: Iterable[UUID]) -> None:
        """In each of these organizations or accounts."""
        for (what, _, _), (actor, reason) in self.refused.items():
            for chain in chains:
                refusing.note(chain=chain, actor=actor, what=what, reason=reason)

    def _add(self, what: str, actor: Actor | None, reason: str) -> None:
        if actor is not None:
            self.refused.setdefault((what, actor.kind, actor.id), (actor, reason))
