"""What a worker does about jobs. Both tasks may run at any time, twice or ten times over: the rows decide."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from jobs import running
from jobs.models import Job, JobState
from jobs.nudging import nudge

SECONDS_PER_TASK = 60
KEPT = timedelta(days=30)


@shared_task(name="jobs.run_due")
def run_due() -> None:
    """Do what is due, then make room for other work."""
    if not running.run_due(SECONDS_PER_TASK):
        nudge("jobs.run_due")


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Wake a worker for what was missed: a nudge that got lost, a pause that is over, a lease that ran out."""
    if Job.objects.due(timezone.now()).exists():
        nudge("jobs.run_due")


@shared_task(name="jobs.forget")
def forget() -> None:
    """Delete what ended long ago; what it changed stands in the audit log."""
    ended = (JobState.DONE, JobState.FAILED)
    Job.objects.filter(state__in=ended, finished_at__lte=timezone.now() - KEPT).delete()
