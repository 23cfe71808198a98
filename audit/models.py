"""What happened. No foreign keys: plain ids and copied labels, so that it reads well after everything else is gone."""

from django.db import models
from uuid_utils.compat import uuid7


class Chain(models.Model):
    """The row that numbers the events of one organization, or of one account. It is locked last."""

    id = models.UUIDField(primary_key=True, help_text="The organization's or the account's id.")
    length = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "chain"

    def __str__(self) -> str:
        return f"{self.id} ({self.length})"


class EventType(models.TextChoices):
    USER_ACTION = "USER_ACTION", "By a person"
    STAFF_ACTION = "STAFF_ACTION", "By staff"
    SYSTEM_ACTION = "SYSTEM_ACTION", "By Roster"
    PROVISIONING = "PROVISIONING", "By provisioning"


class Event(models.Model):
    """One thing changed: who, what, to whom, before and after, when, from where. `audit.events` says each in words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain_id = models.UUIDField(help_text="The organization's or the account's id.")
    number = models.PositiveBigIntegerField(help_text="Its place in the chain, from 1.")
    at = models.DateTimeField()
    type = models.CharField(max_length=16, choices=EventType.choices)
    action = models.CharField(max_length=60)
    entity = models.CharField(max_length=30)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=254)
    on_behalf_of = models.CharField(max_length=254, blank=True)
    target_id = models.UUIDField(null=True)
    target_label = models.CharField(max_length=254, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    batch = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["chain_id", "number"], name="audit_event_number")]
        # What changed about one person, newest first, without reading the whole chain.
        indexes = [models.Index(fields=["chain_id", "target_id", "-number"], name="audit_event_target")]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}".strip()
