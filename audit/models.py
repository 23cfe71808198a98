"""What happened. No foreign keys: plain ids and copied labels, so that it reads well after everything else is gone."""

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class Chain(models.Model):
    """The row that numbers the events of one organization, or of one account. It is locked last."""

    id = models.UUIDField(primary_key=True, help_text="The organization's or the account's id.")
    length = models.PositiveBigIntegerField(default=0)
    head = models.BinaryField(default=b"", help_text="The hash of its last event.")
    verified_at = models.DateTimeField(null=True, editable=False)
    verified_length = models.PositiveBigIntegerField(default=0, editable=False)
    finding = models.CharField(max_length=300, blank=True, editable=False, help_text="The first thing found wrong.")

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
    """One thing changed: who, what, to whom, before and after, when, from where. `audit.events` says each in words.

    `text` is what the chain is made of; the other columns are compared with it. A label whose salt is gone was erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain_id = models.UUIDField(help_text="The organization's or the account's id.")
    number = models.PositiveBigIntegerField(help_text="Its place in the chain, from 1.")
    at = models.DateTimeField()
    type = models.CharField(max_length=16, choices=EventType.choices)
    action = models.CharField(max_length=60)
    entity = models.CharField(max_length=30)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=254, blank=True)
    actor_salt = models.BinaryField(null=True, editable=False)
    on_behalf_of = models.CharField(max_length=254, blank=True)
    target_id = models.UUIDField(null=True)
    target_label = models.CharField(max_length=254, blank=True)
    target_salt = models.BinaryField(null=True, editable=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    batch = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    text = models.TextField(editable=False)
    hash = models.BinaryField(editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["chain_id", "number"], name="audit_event_number")]
        # How the log finds its pages (docs/decisions/0024): every event pays for each of these.
        indexes = [
            models.Index(fields=["chain_id", "target_id", "-number"], name="audit_event_target"),
            models.Index(fields=["chain_id", "actor_id", "-number"], name="audit_event_actor"),
            models.Index(fields=["chain_id", "action", "-number"], name="audit_event_action"),
            models.Index(fields=["chain_id", "entity", "-number"], name="audit_event_entity"),
            models.Index(fields=["chain_id", "at"], name="audit_event_at"),
            models.Index(
                fields=["chain_id", "batch", "-number"],
                condition=models.Q(batch__isnull=False),
                name="audit_event_batch",
            ),
            models.Index(
                fields=["chain_id", "address", "-number"],
                condition=models.Q(address__isnull=False),
                name="audit_event_address",
            ),
            # Of what people do the newest are never far.
            models.Index(
                fields=["chain_id", "type", "-number"],
                condition=~models.Q(type="USER_ACTION"),
                name="audit_event_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}".strip()


class Purge(models.Model):
    """Permission to take something out of a chain, used up in the transaction that gives it.

    Either the events up to number `last` are removed, or what tells who `subject` is is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain_id = models.UUIDField()
    last = models.PositiveBigIntegerField(null=True)
    subject = models.UUIDField(null=True)
    at = models.DateTimeField()
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "subject"], condition=Q(is_open=True), name="audit_purge_open_once"
            ),
            models.CheckConstraint(condition=Q(last=None) ^ Q(subject=None), name="audit_purge_one_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id}: {self.subject or self.last}"


class Seal(models.Model):
    """A signature over the hash of one event: whoever holds it can tell whether the chain up to there was replaced.

    With `removed` everything up to that event is gone, as retention says, and the chain goes on from its hash.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain_id = models.UUIDField()
    number = models.PositiveBigIntegerField()
    hash = models.BinaryField()
    removed = models.BooleanField(default=False)
    at = models.DateTimeField()
    key = models.CharField(max_length=64, help_text="The public key that tells whether the signature is right.")
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["chain_id", "-number"], name="audit_seal_number")]

    def __str__(self) -> str:
        return f"{self.chain_id} ({self.number})"


from audit.refused import Refused as Refused  # noqa: E402 - a module of its own, found here by Django
