"""The outbox: a row for every mail, written with the change that it tells of. No link and no secret is in it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from mail.querysets import MailQuerySet


class State(models.TextChoices):
    PENDING = "pending", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    DROPPED = "dropped", "No longer wanted"


class Mail(models.Model):
    """One mail on its way, by the kind and the ids that it is written from when it is sent."""

    OPEN: ClassVar = (State.PENDING, State.SENDING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, help_text="What may be told only once, such as an offer.")
    kind = models.CharField(max_length=60)
    ids = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField("due", default=timezone.now)
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text="Until then it belongs to the worker that is sending it."
    )
    message_id = models.CharField(max_length=255, help_text="The same for every attempt.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was not sent.")
    created_at = models.DateTimeField("created", default=timezone.now)
    sent_at = models.DateTimeField("sent", null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mail"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_at", "id"], name="mail_open_due", condition=Q(state__in=["pending", "sending"])),
        ]
        constraints = [
            # Not `unique=True`: with it comes an index for how a key begins, which nobody asks.
            models.UniqueConstraint(fields=["key"], name="mail_key_once"),
            models.CheckConstraint(
                name="mail_leased_while_sending",
                condition=Q(state="sending", leased_until__isnull=False)
                | (~Q(state="sending") & Q(leased_until__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Pace(models.Model):
    """From when on another mail may go, where a rate is set: one row, which all workers share."""

    free_from = models.DateTimeField()

    class Meta:
        verbose_name = "pace of mail"
        verbose_name_plural = "pace of mail"

    def __str__(self) -> str:
        return f"free from {self.free_from:%H:%M:%S}"
