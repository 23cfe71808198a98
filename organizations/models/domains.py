"""Email domains that an organization names as its own, and how it is known that they are."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7

from organizations.querysets import DomainQuerySet

RECORD_LABEL = "_roster"  # where the record is set, before the domain


def new_token() -> str:
    return secrets.token_urlsafe(24)


class ProvenBy(models.TextChoices):
    DNS = "dns", "A record in its DNS"
    STAFF = "staff", "Those who run Roster"


class DnsAnswer(models.TextChoices):
    """What came of asking DNS last."""

    FOUND = "found", "The record is there."
    NO_RECORD = "no_record", "There is no TXT record at that name."
    OTHER_VALUE = "other_value", "There is a TXT record at that name, but with another value."
    NO_NAME = "no_name", "That name does not exist in DNS."
    NO_ANSWER = "no_answer", "The DNS servers did not answer."
    TAKEN = "taken", "The record is there, but the domain is proven to be another organization's already."


# The record is not there: unlike silence, this is an answer.
GONE = (DnsAnswer.NO_RECORD, DnsAnswer.OTHER_VALUE, DnsAnswer.NO_NAME)


class Domain(models.Model):
    """A domain; proven once `proven_at` is set, and then of this organization alone.

    `token` stands in the record that proves it; DNS is public, so it is no secret. `due_at` is when DNS is asked next.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    created_at = models.DateTimeField(default=timezone.now)
    proven_at = models.DateTimeField(null=True, editable=False)
    proven_by = models.CharField(max_length=5, choices=ProvenBy.choices, blank=True, editable=False)
    token = models.CharField(max_length=64, default=new_token, editable=False)
    answer = models.CharField("last answer", max_length=11, choices=DnsAnswer.choices, blank=True, editable=False)
    asked_at = models.DateTimeField("asked last", null=True, editable=False)
    due_at = models.DateTimeField("asked next", null=True, editable=False)
    misses = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="How many times in a row the record of a proven domain was not there."
    )
    missing_since = models.DateTimeField(null=True, editable=False)

    objects = DomainQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="organizations_domain_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(proven_at__isnull=False), name="organizations_domain_proven_once"
            ),
            models.CheckConstraint(condition=Q(name=Lower("name")), name="organizations_domain_lower"),
            models.CheckConstraint(
                condition=Q(proven_at__isnull=True, proven_by="") | (Q(proven_at__isnull=False) & ~Q(proven_by="")),
                name="organizations_domain_proven_by",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="organizations_domain_due"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_proven(self) -> bool:
        return self.proven_at is not None

    @property
    def record_name(self) -> str:
        """Where its TXT record belongs."""
        return f"{RECORD_LABEL}.{self.name}"

    @property
    def record_value(self) -> str:
        return f"roster-verification={self.token}"

    def is_checking_at(self, at: datetime) -> bool:
        """Whether somebody waits for DNS to be asked."""
        return self.due_at is not None and self.due_at <= at
