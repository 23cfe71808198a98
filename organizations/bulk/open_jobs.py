"""What a person has under way in an organization, for the pages that they come back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jobs.models import Job, JobState
from organizations.bulk.doing import KIND, deed_of
from organizations.bulk.rehearsing import GOOD_FOR, REHEARSE_KIND
from organizations.bulk.reports import people
from organizations.bulk.undoing import UNDO_KIND
from organizations.models import Organization

MOST_SHOWN = 3
MOST_LOOKED_AT = 20


@dataclass(frozen=True)
class OpenJob:
    """One notice: what is going on, and its page."""

    sentence: str
    link: str
    url: str


def open_jobs(organization: Organization, user: User) -> list[OpenJob]:
    """What runs or waits for a confirmation, newest first; one query."""
    now = timezone.now()
    # The newest few, by index: which of them matter is cheaper told here than in a condition of the database.
    mine = Job.objects.filter(place_id=organization.pk, user_id=user.pk, created_at__gt=now - timedelta(days=1))
    recent = mine.filter(kind__in=[KIND, REHEARSE_KIND, UNDO_KIND]).order_by("-id")[:MOST_LOOKED_AT]
    return [_shown(job, organization) for job in recent if job.is_open or _waits(job, now)][:MOST_SHOWN]


def _waits(job: Job, now: datetime) -> bool:
    """Whether it found out what would change, and still waits to be confirmed."""
    if job.kind != REHEARSE_KIND or job.state != JobState.DONE or not job.changed or job.finished_at is None:
        return False
    return job.finished_at > now - GOOD_FOR and "begun" not in job.arguments


def _shown(job: Job, organization: Organization) -> OpenJob:
    url = reverse("organizations:job", args=[organization.slug, job.pk])
    what = deed_of(job).label
    if not job.is_open:
        return OpenJob(f"{what}: {people(job.changed)} would be changed. It waits for you to confirm.", "Look", url)
    who = people(job.total) if job.total else "the people selected"
    if job.kind == REHEARSE_KIND:
        return OpenJob(f"{what}: looking at what would change for {who}, {job.percent} % done.", "Look", url)
    if job.kind == UNDO_KIND:
        return OpenJob(f"A change of {who} is being undone: {job.percent} %.", "See how far it is", url)
    return OpenJob(f"A change of {who} is running: {job.percent} %.", "See how far it is", url)
