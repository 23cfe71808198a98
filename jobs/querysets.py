"""How jobs are found."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from jobs.models import Job  # noqa: F401


class JobQuerySet(QuerySet["Job"]):
    def due(self, at: datetime) -> JobQuerySet:
        """Those that a worker may take: waiting, or left by a worker whose lease ran out."""
        return self.filter(Q(state="waiting") | Q(state="running", leased_until__lte=at), due_at__lte=at)
