"""Filters of the members table that a person keeps for themself."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.names import validate_name

LONGEST_QUERY = 500
MOST_FILTERS = 20  # of one person in one organization


class SavedFilter(models.Model):
    """The query of the members table under a name; it goes with the membership."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey("organizations.Membership", models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=40, validators=[validate_name])
    query = models.CharField(max_length=LONGEST_QUERY)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["membership", "name"], name="organizations_saved_filter_name"),
        ]

    def __str__(self) -> str:
        return self.name
