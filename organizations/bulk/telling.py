"""What a job about many people says of itself, in one sentence."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.models import Job, JobState
from organizations.bulk.doing import deed_of
from organizations.bulk.reports import Report, people
from organizations.bulk.undoing import UNDO_KIND
from organizations.models import Organization


def said(job: Job, organization: Organization) -> SafeString:
    """What came of a job that has ended; of one person that was passed over, why."""
    report = Report.read(job.report)
    if job.state == JobState.FAILED:
        before = format_html("{} changed. ", _were(job.changed)) if job.changed else ""
        return format_html("{}{}", before, job.reason)
    if not job.changed and report.passed_over == 1 and job.total == 1:
        return format_html("{}", report.reasons[0].sentence)
    over = format_html(" {} passed over.", _were(report.passed_over)) if report.passed_over else ""
    if job.kind == UNDO_KIND:
        who = report.one or people(job.changed)
        return format_html("Undone: <b>{}</b> {} as before.{}", who, "are" if _many(job) else "is", over)
    if job.changed or not report.passed_over:
        who = report.one or people(job.changed or job.total)
        name = "said" if job.changed else "already"
        sentence = deed_of(job).sentence(name, who, _many(job), organization, job.arguments["said_of"])
        return format_html("{}{}", sentence, over)
    return format_html("Nobody was changed:{}", over)


def why_not(job: Job) -> str:
    """Why a job about one person left them as they are; '' where it did not, or where they were so already."""
    if job.state == JobState.FAILED:
        return job.reason
    reasons = Report.read(job.report).reasons
    return reasons[0].sentence if reasons else ""


def _many(job: Job) -> bool:
    return (job.changed or job.total) != 1


def _were(number: int) -> SafeString:
    return format_html("{} {}", f"{number:,}", "was" if number == 1 else "were")
