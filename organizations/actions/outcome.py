"""What came of an action on several: who was reached, and who was passed over and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from audit.actions import refuse
from organizations.policies.codes import LACKS_PERMISSION

Target = TypeVar("Target")

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class PassedOver:
    """`who` is a label or an address."""

    who: str
    reason: str
    code: str = ""


@dataclass
class Outcome(Generic[Target]):
    done: list[Target] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)

    def pass_over(self, who: str, reason: str, code: str = "", *, lacks_permission: bool = False) -> None:
        """Leave this one as they are; for lack of permission, which most codes tell, the action has refused."""
        self.passed_over.append(PassedOver(who, reason, code))
        if lacks_permission or code in LACKS_PERMISSION:
            refuse(reason)
