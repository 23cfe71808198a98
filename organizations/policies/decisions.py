"""The answer of every policy: yes, or no with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError


@dataclass(frozen=True)
class Decision:
    """Truthy, or falsy with a reason in a sentence for the person who will read it."""

    allowed: bool
    reason: str = ""
    code: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def enforce(self) -> None:
        """Raise PermissionDenied with the reason where this is a no."""
        if not self.allowed:
            raise PermissionDenied(self.reason)

    def demand(self) -> None:
        """Raise ValidationError with reason and code where this is a no that the person can mend."""
        if not self.allowed:
            raise ValidationError(self.reason, code=self.code)


YES = Decision(True)


def no(reason: str, code: str = "not_allowed") -> Decision:
    return Decision(False, reason, code)
