"""Ways to come in without an invitation, each in the name of whoever opened it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.join_querysets import JoinLinkQuerySet
from organizations.models import Organization, Role


class WayKind(models.TextChoices):
    """`LINK` is no row here: each link is one of its own."""

    DOMAIN = "domain", "Proven domain"
    REQUEST = "request", "Request"
    OPEN = "open", "Open"
    LINK = "link", "Link"


class WayIn(models.Model):
    """A way that is switched on; there is no row for one that is off.

    `at_once`: who comes joins with `role`; otherwise they ask, and whoever answers chooses the role.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="ways_in")
    kind = models.CharField(max_length=7, choices=WayKind.choices)
    at_once = models.BooleanField(default=True)
    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    opener_label = models.CharField(max_length=254)
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["kind"]
        verbose_name_plural = "ways in"
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind"], name="invitations_way_once"),
            models.CheckConstraint(
                condition=Q(kind="domain") | Q(kind="open", at_once=True) | Q(kind="request", at_once=False),
                name="invitations_way_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class JoinLink(models.Model):
    """A link with which so many people join until its end. Its token is rebuilt whenever it is shown, never stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="join_links")
    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    max_uses = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    opener_label = models.CharField(max_length=254)
    opened_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    objects = JoinLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(used__lte=F("max_uses")), name="invitations_link_uses"),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="invitations_link_newest"),
            models.Index(fields=["organization"], condition=Q(revoked_at=None), name="invitations_link_open"),
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.used} of {self.max_uses}"

    @property
    def left(self) -> int:
        return self.max_uses - self.used
