"""The answer of every policy: yes, or no with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from audit.refusing import NotAllowed
from organizations.policies.codes import LACKS_PERMISSION


@dataclass(frozen=True)
class Decision:
    """Truthy, or falsy with a reason in a sentence for the person who will read it."""

    allowed: bool
    reason: str = ""
    code: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def lacks_permission(self) -> bool:
        """Whether this is a no because of who asks; others say what stands in everybody's way."""
        return not self.allowed and self.code in LACKS_PERMISSION

    def enforce(self) -> None:
        """Raise PermissionDenied with the reason where this is a no."""
        if not self.allowed:
            raise PermissionDenied(self.reason)

    def demand(self) -> None:
        """Raise ValidationError with reason and code where this is a no that the person can mend."""
        if self.lacks_permission:
            raise NotAllowed(self.reason, code=self.code)
        if not self.allowed:
            raise ValidationError(self.reason, code=self.code)

    def as_error(self) -> ValidationError:
        """This no as a form shows it."""
        return self.as_mistake(self.reason, self.code)

    def as_mistake(self, said: Any, code: str) -> ValidationError:
        """This no in a form's own words; where it is written down, it is with the reason."""
        return NotAllowed(said, code, self.reason) if self.lacks_permission else ValidationError(said, code=code)


YES = Decision(True)


def no(reason: str, code: str = "not_allowed") -> Decision:
    return Decision(False, reason, code)


def a_or_an(label: str) -> str:
    """What a role is called, within a sentence: an owner, a company admin."""
    said = label.lower()
    return f"{'an' if said[:1] in 'aeiou' else 'a'} {said}"
