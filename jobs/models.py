"""Long work: what is to be done, for whom, how far it is, and what came of it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from jobs.querysets import JobQuerySet


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Stopped"


class Job(models.Model):
    """One piece of work, done in steps; each step is one transaction that also writes down how far it came.

    `place_id` is the organization's id: a leaf knows no organizations. `actor` and `origin` are what the steps act as
    and in whose request. `report` is what the page says of it while it runs and afterwards.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    place_id = models.UUIDField()
    user_id = models.UUIDField(null=True, help_text="Who asked for it, and may see it.")
    actor = models.JSONField(default=dict)
    origin = models.JSONField(default=dict)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=JobState.choices, default=JobState.WAITING)
    total = models.PositiveIntegerField(default=0, help_text="How many things it is about.")
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    cursor = models.CharField(max_length=100, blank=True, help_text="Where the next step begins.")
    report = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it stopped.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Steps that failed one after the other.")
    due_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, help_text="Until then it belongs to the worker that does it.")
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", leased_until__isnull=False)
                | (~Q(state="running") & Q(leased_until__isnull=True)),
                name="jobs_leased_while_running",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "running"]), name="jobs_open_due"),
            models.Index(fields=["place_id", "user_id", "-id"], name="jobs_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.seen // self.total) if self.total else (0 if self.is_open else 100)

    def finish(self, at: datetime, reason: str = "") -> None:
        """Done, or with a reason stopped; saved by the caller."""
        self.state = JobState.FAILED if reason else JobState.DONE
        self.reason, self.leased_until, self.finished_at = reason[:300], None, at


class Part(models.Model):
    """What one step of a job did, as its kind needs it to say so and to undo it."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="jobs_part_number")]

    def __str__(self) -> str:
        return f"{self.job_id}, part {self.number}"
