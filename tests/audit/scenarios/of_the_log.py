"""What is done to the audit log itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from audit.retention import remove_before
from organizations.actions.exporting import note_log_export
from tests.audit.telling import Cast, tells


@tells(remove_before, "org events.removed", by="system", asks_nobody="the deployment's setting says so, not a person")
def the_oldest_days_go(cast: Cast) -> dict[str, Any]:
    return {"chain_id": cast.org.pk, "day": timezone.now() + timedelta(days=1)}


@tells(note_log_export, "org audit_log.exported")
def the_log_goes_out(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "filters": "everything", "file_type": "CSV"}
