"""Email domains that an organization has proven to be its own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7


class Domain(models.Model):
    """A domain; proven once `proven_at` is set, and then of this organization alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    created_at = models.DateTimeField(default=timezone.now)
    proven_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="organizations_domain_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(proven_at__isnull=False), name="organizations_domain_proven_once"
            ),
            models.CheckConstraint(condition=Q(name=Lower("name")), name="organizations_domain_lower"),
        ]

    def __str__(self) -> str:
        return self.name
