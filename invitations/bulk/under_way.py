"""What a person has under way with invitations, for the page that they come back to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from invitations.bulk import many, sending
from invitations.models import InviteList
from jobs.models import Job
from organizations.bulk.open_jobs import Notice
from organizations.models import Organization

_FOR = timedelta(days=1)
_MOST = 3


def under_way(organization: Organization, user: User) -> list[Notice]:
    """What runs, newest first, and the list that they left before they sent it; two queries."""
    since = timezone.now() - _FOR
    mine = Job.objects.filter(place_id=organization.pk, user_id=user.pk, created_at__gt=since, finished_at=None)
    jobs = mine.filter(kind__in=[many.KIND, sending.KIND]).order_by("-id")[:_MOST]
    newest = organization.invite_lists.filter(user=user, created_at__gt=since).order_by("-id").first()
    left = [_left(organization, newest)] if newest and not newest.is_sent else []
    return [*[_running(organization, job) for job in jobs], *left]


def _running(organization: Organization, job: Job) -> Notice:
    link = "See how far it is"
    if job.kind == many.KIND:
        url = reverse("invitations:many_job", args=[organization.slug, job.pk])
        return Notice(f"A change of several invitations is running: {job.percent} %.", link, url)
    url = reverse("invitations:invite_list", args=[organization.slug, UUID(job.arguments["list"])])
    who = "1 person is" if job.total == 1 else f"{job.total:,} people are"
    return Notice(f"{who} being invited: {job.percent} %.", link, url)


def _left(organization: Organization, invite_list: InviteList) -> Notice:
    url = reverse("invitations:invite_list", args=[organization.slug, invite_list.pk])
    name = f" from {invite_list.name}" if invite_list.name else ""
    return Notice(f"The list of people{name} that you looked at last is not sent.", "Go on with it", url)
