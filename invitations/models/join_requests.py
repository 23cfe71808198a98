"""People who ask to join, and those who wait for a seat."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.join_querysets import JoinRequestQuerySet
from invitations.models.ways import JoinLink, WayKind
from organizations.models import Organization, Role

MESSAGE_LENGTH = 500
REASON_LENGTH = 300
SHOWN_FOR = timedelta(days=30)  # a refusal, to its person


class JoinStatus(models.TextChoices):
    PENDING = "pending", "Waits for an answer"
    WAITING = "waiting", "Waits for a seat"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    JOINED = "joined", "Joined"  # in some other way, or from waiting for a seat


OPEN_STATUSES = (JoinStatus.PENDING, JoinStatus.WAITING)


class JoinRequest(models.Model):
    """One person's wish to belong: pending until somebody answers, or waiting until a seat is free.

    `told_at` is when they were told last that one is.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="join_requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests")
    via = models.CharField(max_length=7, choices=WayKind.choices)
    link = models.ForeignKey(JoinLink, models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=9, choices=JoinStatus.choices, default=JoinStatus.PENDING)
    message = models.CharField(max_length=MESSAGE_LENGTH, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, editable=False)
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="+", help_text="The one that was given.")
    reason = models.CharField(max_length=REASON_LENGTH, blank=True, help_text="Why it was refused.")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answerer_label = models.CharField(max_length=254, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=Q(status__in=["pending", "waiting"]),
                name="invitations_request_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "id"], name="invitations_request_status"),
            models.Index(fields=["organization"], condition=Q(status="waiting"), name="invitations_request_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.status}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    def tells_at(self, at: datetime) -> bool:
        """Whether its refusal is still shown to its person."""
        return self.status == JoinStatus.REFUSED and self.answered_at is not None and at - self.answered_at < SHOWN_FOR
