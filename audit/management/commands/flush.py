"""Django's flush, with which transactional tests end; the audit log refuses it, and outside of tests so does this."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as Flush

from audit.guards import lowered


class Command(Flush):
    def handle(self, **options: Any) -> None:
        if not getattr(settings, "TESTING", False):
            message = "Flushing would remove the audit log. Make a new database instead."
            raise CommandError(message)
        with lowered():
            super().handle(**options)
