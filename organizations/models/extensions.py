"""Requests for more time, where access ends on a set day."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7


class ExtensionStatus(models.TextChoices):
    PENDING = "pending", "Waiting"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"


class Extension(models.Model):
    """One person's request that their access end later; whoever may extend it grants or refuses."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="extensions")
    membership = models.ForeignKey("organizations.Membership", models.CASCADE, related_name="extensions")
    status = models.CharField(max_length=8, choices=ExtensionStatus.choices, default=ExtensionStatus.PENDING)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_then = models.DateTimeField(help_text="The end of access when it was asked.")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answerer_label = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(status="pending"), name="organizations_extension_one_pending"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "id"], condition=Q(status="pending"), name="organizations_extension_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.status}"

    def is_open_for(self, ends_at: datetime | None) -> bool:
        """Whether it still asks for something: the end has not been moved since."""
        return self.status == ExtensionStatus.PENDING and ends_at == self.ended_then
