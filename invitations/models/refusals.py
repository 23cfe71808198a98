"""People who asked for no more invitations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.querysets import RefusalQuerySet
from organizations.models import Organization


class Refusal(models.Model):
    """Whoever has this address asked for no more invitations: of one organization, or of all of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField()
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="refusals")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RefusalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["email", "organization"], name="invitations_refusal_once"),
            models.UniqueConstraint(
                fields=["email"], condition=Q(organization=None), name="invitations_refusal_of_all_once"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitations_refusal_email_lower"),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.organization or 'everyone'}"
