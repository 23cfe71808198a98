"""Handing an organization on, where exactly one person may own it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from organizations.models.organizations import Organization
from organizations.querysets import TransferQuerySet

OPEN_FOR = timedelta(days=7)


class TransferStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


class OwnershipTransfer(models.Model):
    """One attempt: offered and answered, or done at once. Labels are kept for the mails that tell of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="transfers")
    from_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    from_label = models.CharField(max_length=254)
    to_label = models.CharField(max_length=254)
    status = models.CharField(max_length=9, choices=TransferStatus.choices, default=TransferStatus.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(status="pending"), name="organizations_one_open_transfer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_label} to {self.to_label}"

    def is_open_at(self, at: datetime) -> bool:
        """Lapse is decided at read, whatever the row says."""
        return self.status == TransferStatus.PENDING and at < self.expires_at
