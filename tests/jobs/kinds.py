"""Kinds of jobs that only the tests know: they write Parts, so that what was done can be counted."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError

from jobs import kinds
from jobs.models import Job, Part


class Broken(Exception):
    """Something that nobody foresaw."""


def count(job: Job) -> bool:
    """One part a step, as many as the job says in all."""
    Part.objects.create(job=job, number=job.seen)
    job.seen += 1
    job.changed += 1
    return job.seen < job.total


def break_at(job: Job) -> bool:
    """Counts, and breaks after having written at the step that the job says, as often as it says."""
    more = count(job)
    if job.seen == job.arguments["at"] and job.attempts < job.arguments["times"]:
        raise Broken
    return more


def refuse_at(job: Job) -> bool:
    """Counts, and is refused after having written at the step that the job says."""
    more = count(job)
    if job.seen == job.arguments["at"]:
        if job.arguments["how"] == "denied":
            message = "You may no longer do this here."
            raise PermissionDenied(message)
        if job.arguments["how"] == "silent":
            raise PermissionDenied
        message = "This role no longer exists."
        raise ValidationError(message, code="gone")
    return more


kinds.register("tests.count", count)
kinds.register("tests.break", break_at)
kinds.register("tests.refuse", refuse_at)
