"""How links to join and requests to join are found."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, F, QuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from invitations.models import JoinLink, JoinRequest  # noqa: F401


class JoinLinkQuerySet(QuerySet["JoinLink"]):
    def open(self, at: datetime) -> JoinLinkQuerySet:
        """Those with which somebody can still join."""
        return self.filter(revoked_at=None, ends_at__gt=at, used__lt=F("max_uses"))


class JoinRequestQuerySet(QuerySet["JoinRequest"]):
    def open(self) -> JoinRequestQuerySet:
        """Those that nobody has answered, and those that wait for a seat."""
        return self.filter(status__in=["pending", "waiting"])

    def pending(self) -> JoinRequestQuerySet:
        return self.filter(status="pending")

    def waiting(self) -> JoinRequestQuerySet:
        """Those that wait for a seat, in the order in which they came."""
        return self.filter(status="waiting").order_by("asked_at", "id")

    def counted(self) -> dict[str, int]:
        """How many there are of each status."""
        return dict(self.order_by().values_list("status").annotate(number=Count("pk")))

    def newest_first(self) -> JoinRequestQuerySet:
        return self.order_by("-asked_at", "-id")

    def of_user(self, user: User) -> JoinRequestQuerySet:
        return self.filter(user=user)
