"""Doing jobs, step by step. Any number of workers may try at once: the lease decides, and a step is done once."""

from __future__ import annotations

import gc
import logging
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from jobs.kinds import step_of
from jobs.models import Job, JobState
from jobs.nudging import nudge

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
TURN = 5  # seconds for one job before another that is due gets its turn
MOST_ATTEMPTS = 5
PAUSES = (5, 15, 45, 120)  # seconds, after the first, second… failure
_SORRY = "Something went wrong on our side, so it stopped here. What was done until then stays."


def start(job: Job) -> Job:
    """Save a new job; a worker is woken once its transaction is committed."""
    job.save(force_insert=True)
    transaction.on_commit(lambda: nudge("jobs.run_due"), robust=True)
    return job


def do_here(job: Job, seconds: float) -> Job:
    """Save a new job and do its steps at once, for about that long; what is left of it waits for a worker."""
    job.state, job.leased_until = JobState.RUNNING, timezone.now() + LEASE
    with transaction.atomic():
        job.save(force_insert=True)
    _go_on(job.pk, job.leased_until, monotonic() + seconds)
    job.refresh_from_db()
    if job.is_open:
        transaction.on_commit(lambda: nudge("jobs.run_due"), robust=True)
    return job


def run_due(seconds: float) -> bool:
    """Do what is due in turns, for about that long in all. Answers whether nothing is left."""
    until = monotonic() + seconds
    while monotonic() < until:
        job_id = Job.objects.due(timezone.now()).order_by("due_at").values_list("pk", flat=True).first()
        if job_id is None:
            return True
        run(job_id, min(TURN, until - monotonic()))
    return not Job.objects.due(timezone.now()).exists()


def run(job_id: UUID, seconds: float) -> None:
    """Do steps of one job for about that long, if nobody else does; what is left of it waits for the next worker."""
    gc.freeze()  # what the process holds is not looked through again with each thousand rows that a step reads
    try:
        _go_on(job_id, _claim(job_id), monotonic() + seconds)
    finally:
        gc.unfreeze()


def _go_on(job_id: UUID, lease: datetime | None, until: float) -> None:
    while lease is not None:
        held = lease
        try:
            lease = _step(job_id, held, again=monotonic() < until)
        except Exception as error:  # one job must not keep the others waiting
            _put_off(job_id, held, error)
            return


def _claim(job_id: UUID) -> datetime | None:
    """Take the job: the end of the lease, which names its holder; None where somebody else has it."""
    now = timezone.now()
    lease = now + LEASE
    taken = Job.objects.due(now).filter(pk=job_id).update(state=JobState.RUNNING, leased_until=lease)
    return lease if taken else None


def _step(job_id: UUID, lease: datetime, *, again: bool) -> datetime | None:
    """One step in one transaction. Answers the lease for the next one, or None where this worker is done with it."""
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=job_id, leased_until=lease).first()
        if job is None:
            return None
        try:
            with transaction.atomic():
                more = step_of(job.kind)(job)
        except (PermissionDenied, ValidationError) as refusal:
            job.refresh_from_db()
            job.finish(timezone.now(), _sentence(refusal))
            job.save()
            return None
        job.attempts = 0
        if not more:
            job.finish(timezone.now())
        elif again:
            job.leased_until = timezone.now() + LEASE
        else:
            # Behind all others that are due: a very long one keeps no short one waiting.
            job.state, job.leased_until, job.due_at = JobState.WAITING, None, timezone.now()
        job.save()
        if more and connection.vendor == "postgresql":
            # Its effect and how far the job is are written together: what a crash would lose is done again.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        return job.leased_until


def _put_off(job_id: UUID, lease: datetime, error: Exception) -> None:
    """Try the step again later, a few times; then the job stops and says so."""
    logger.error("A step of the job %s failed.", job_id, exc_info=error)
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=job_id, leased_until=lease).first()
        if job is None:
            return
        job.attempts += 1
        now = timezone.now()
        if job.attempts >= MOST_ATTEMPTS:
            job.finish(now, _SORRY)
        else:
            pause = timedelta(seconds=PAUSES[min(job.attempts, len(PAUSES)) - 1])
            job.state, job.leased_until, job.due_at = JobState.WAITING, None, now + pause
        job.save()


def _sentence(refusal: PermissionDenied | ValidationError) -> str:
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return str(refusal.args[0]) if refusal.args else "You may no longer do this."
