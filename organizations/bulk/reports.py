"""What came of a change of many people: how many, and who was passed over and why. It is what a job's report holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from organizations.actions.outcome import PassedOver

MOST_NAMES = 50
_WHO = "{who}"
_EACH = "each of these people"


@dataclass
class Reason:
    """Why some were passed over. `names` are at most 50 of them; `sentence` is about all of them."""

    template: str
    code: str
    count: int = 0
    names: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        who = self.names[0] if self.count == 1 else _EACH
        begins = self.count > 1 and self.template.startswith(_WHO)
        return self.template.replace(_WHO, who.capitalize() if begins else who)

    @property
    def more(self) -> int:
        return self.count - len(self.names)


@dataclass
class Report:
    """`one` is the person's label where it is about one alone; a preview names at most 50 who would be changed."""

    one: str = ""
    reasons: list[Reason] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Report:
        """From what a job keeps."""
        reasons = [Reason(**reason) for reason in kept.get("reasons", [])]
        return cls(kept.get("one", ""), reasons, kept.get("changing", []))

    def kept(self) -> dict[str, Any]:
        return {"one": self.one, "reasons": [vars(reason) for reason in self.reasons], "changing": self.changing}

    @property
    def passed_over(self) -> int:
        return sum(reason.count for reason in self.reasons)

    def name(self, labels: Iterable[str]) -> None:
        """Name more of those who would be changed, as far as there is room."""
        self.changing += islice(labels, MOST_NAMES - len(self.changing))

    def add(self, passed_over: Sequence[PassedOver]) -> None:
        """Put each beside those who were passed over for the same reason."""
        found = {(reason.code, reason.template): reason for reason in self.reasons}
        for one in passed_over:
            template = _without_name(one)
            reason = found.get((one.code, template))
            if reason is None:
                reason = found[one.code, template] = Reason(template, one.code)
                self.reasons.append(reason)
            reason.count += 1
            if len(reason.names) < MOST_NAMES:
                reason.names.append(one.who)


def without_names(said: Any, names: Collection[str], instead: str) -> Any:
    """The same report, or sentence of it, with each of these names replaced."""
    if not names:
        return said
    # The longest first: one name may be the beginning of another.
    each = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return _replaced(said, re.compile(rf"(?<!\w)(?:{each})(?!\w)"), instead)


def _replaced(said: Any, names: re.Pattern[str], instead: str) -> Any:
    if isinstance(said, dict):
        return {key: _replaced(value, names, instead) for key, value in said.items()}
    if isinstance(said, list):
        return [_replaced(value, names, instead) for value in said]
    return names.sub(instead, said) if isinstance(said, str) else said


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _without_name(one: PassedOver) -> str:
    """The same sentence for everyone to whom it applies."""
    return re.sub(rf"(?<!\w){re.escape(one.who)}(?!\w)", lambda _: _WHO, one.reason, count=1) if one.who else one.reason
