"""What somebody was refused for lack of permission: beside the events, and no part of their chain."""

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7


class Refused(models.Model):
    """What one actor was refused in an organization, once or several times within an hour."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain_id = models.UUIDField("organization or account", help_text="The organization's or the account's id.")
    at = models.DateTimeField("first", default=timezone.now)
    last_at = models.DateTimeField("last", default=timezone.now)
    times = models.PositiveIntegerField(default=1)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=254)
    what = models.CharField(max_length=80, help_text="The permission, or the action.")
    reason = models.CharField(max_length=300, blank=True)
    path = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "refusal"
        indexes = [
            models.Index(fields=["chain_id", "-id"], name="audit_refused_newest"),
            models.Index(fields=["chain_id", "actor_id", "at"], name="audit_refused_actor"),
            models.Index(fields=["at"], name="audit_refused_at"),  # by which old ones go
        ]

    def __str__(self) -> str:
        return f"{self.actor_label}: {self.what}"
