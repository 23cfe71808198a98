"""What a change of many people would come to, as a page says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from jobs.models import Job
from organizations.bulk.deed import Deed
from organizations.bulk.doing import deed_of
from organizations.bulk.reports import Report, people
from organizations.models import Organization


@dataclass(frozen=True)
class Preview:
    """Of `seen` people `changed` would be changed; the rest are so already, or passed over."""

    deed: Deed[Any]
    organization: Organization
    said_of: str
    seen: int
    changed: int
    report: Report

    @classmethod
    def of(cls, job: Job, organization: Organization) -> Preview:
        """Of a rehearsal that has ended."""
        report = Report.read(job.report)
        return cls(deed_of(job), organization, job.arguments["said_of"], job.seen, job.changed, report)

    @property
    def already(self) -> int:
        return self.seen - self.changed - self.report.passed_over

    @property
    def more_changing(self) -> int:
        """How many would be changed besides those who are named."""
        return self.changed - len(self.report.changing)

    @property
    def title(self) -> SafeString:
        return self._said("asking", self.changed or self.seen)

    @property
    def will(self) -> SafeString:
        return self._said("will", self.changed)

    @property
    def are_already(self) -> SafeString:
        return self._said("already", self.already)

    @property
    def verb(self) -> SafeString:
        return self._said("verb", self.changed)

    @property
    def to_type(self) -> str:
        """What confirms a removal: the number of people, or of one the name."""
        return self.report.one or f"{self.changed:,}"

    def _said(self, name: str, number: int) -> SafeString:
        who = self.report.one or people(number)
        return self.deed.sentence(name, who, number != 1, self.organization, self.said_of)
