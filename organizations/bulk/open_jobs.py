"""What a person has under way in an organization, for the pages that they come back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
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


@dataclass(frozen=True)
class Notice:
    """One notice: what is going on, and its page."""

    sentence: str
    link: str
    url: str


def open_jobs(organization: Organization, user: User) -> list[Notice]:
    """What runs or waits for a confirmation, newest first; one query."""
    now = timezone.now()
    mine = Job.objects.filter(place_id=organization.pk, user_id=user.pk, created_at__gt=now - timedelta(days=1))
    # What was found out and is to be confirmed; those that began their change say so.
    waits = Q(kind=REHEARSE_KIND, state=JobState.DONE, changed__gt=0, finished_at__gt=now - GOOD_FOR)
    asked = mine.filter(Q(finished_at=None) | (waits & ~Q(arguments__has_key="begun")))
    recent = asked.filter(kind__in=[KIND, REHEARSE_KIND, UNDO_KIND]).order_by("-id")
    return [_shown(job, organization) for job in recent[:MOST_SHOWN]]


def _shown(job: Job, organization: Organization) -> Notice:
    url = reverse("organizations:job", args=[organization.slug, job.pk])
    what = deed_of(job).label
    if not job.is_open:
        return Notice(f"{what}: {people(job.changed)} would be changed. It waits for you to confirm.", "Look", url)
    who = people(job.total) if job.total else "the people selected"
    if job.kind == REHEARSE_KIND:
        return Notice(f"{what}: looking at what would change for {who}, {job.percent} % done.", "Look", url)
    if job.kind == UNDO_KIND:
        return Notice(f"A change of {who} is being undone: {job.percent} %.", "See how far it is", url)
    return Notice(f"A change of {who} is running: {job.percent} %.", "See how far it is", url)
