"""Rows of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from mail.models import Mail  # noqa: F401 - named as text below


class MailQuerySet(models.QuerySet["Mail"]):
    def open(self) -> MailQuerySet:
        """Neither sent nor given up."""
        return self.filter(state__in=self.model.OPEN)

    def due(self, now: datetime) -> MailQuerySet:
        """Those that may be taken up: their time has come and nobody holds a lease on them."""
        return self.open().filter(Q(leased_until=None) | Q(leased_until__lte=now), due_at__lte=now)
