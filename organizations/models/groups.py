"""Groups: named sets of members, some of whom curate them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from organizations.models.organizations import Organization
from organizations.querysets import GroupPlaceQuerySet, GroupQuerySet


class Places(NamedTuple):
    """The ids of the groups that a person belongs to, and of those among them that the person curates."""

    belongs_to: frozenset[UUID]
    curates: frozenset[UUID]


NO_PLACES = Places(frozenset(), frozenset())


def places_of(rows: Iterable[tuple[UUID, bool]]) -> Places:
    """From pairs of a group's id and whether it is curated."""
    found = dict(rows)
    return Places(frozenset(found), frozenset(group for group, curates in found.items() if curates))


class Group(models.Model):
    """A named set of members of one organization; grants may reach no further than the groups of their holder."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=60, validators=[validate_name])
    description = models.CharField(max_length=300, blank=True, validators=[validate_name])
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, help_text="Each edit raises it; a stale one is told.")

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("organization", Lower("name"), name="organizations_group_name"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupPlace(models.Model):
    """A member's place in a group. Group and membership are of one organization: the actions see to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="places")
    membership = models.ForeignKey("organizations.Membership", models.CASCADE, related_name="group_places")
    curates = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    sort_name = models.CharField(max_length=254, default="", editable=False, help_text="A copy of the membership's.")

    objects = GroupPlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "membership"], name="organizations_group_place_once"),
        ]
        indexes = [
            models.Index(fields=["membership", "curates"], name="organizations_place_member"),
            models.Index(fields=["group", "sort_name", "membership"], name="organizations_place_name"),
            models.Index(fields=["group"], condition=Q(curates=True), name="organizations_place_curates"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} in {self.group}"
