"""Whether the audit log is whole: every event there, in its place, and as it was written."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from audit import guards
from audit.models import Chain
from audit.sealing import public_keys
from audit.verifying import verify
from organizations.models import Organization


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="one organization's log alone")

    def handle(self, *args: Any, organization: str | None = None, **options: Any) -> None:
        chains = Chain.objects.order_by("id")
        if organization is not None:
            found = Organization.objects.filter(slug=organization).first()
            if found is None:
                message = f"There is no organization {organization}."
                raise CommandError(message)
            chains = chains.filter(pk=found.pk)
        is_whole = self._triggers()
        begun, events = perf_counter(), 0
        for chain in chains.iterator(chunk_size=500):
            result = verify(chain)
            events += result.events
            if result.finding:
                is_whole = False
                self.stdout.write(self.style.ERROR(f"{self._name(chain)}: {result.finding}"))
            elif organization is not None:
                self.stdout.write(f"{self._name(chain)}: head {bytes(chain.head).hex()}")
        seconds = perf_counter() - begun
        self.stdout.write(f"{events:,} events verified in {seconds:.1f} s. Signed by {public_keys()[0]}.")
        if not is_whole:
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("The log is whole."))

    def _triggers(self) -> bool:
        missing = guards.missing()
        if missing:
            named = ", ".join(missing)
            self.stdout.write(self.style.ERROR(f"The database lets events be changed: it lacks {named}. Run migrate."))
        return not missing

    def _name(self, chain: Chain) -> str:
        organization = Organization.objects.filter(pk=chain.pk).first()
        if organization:
            return f"{organization.name} ({organization.slug})"
        user = User.objects.filter(pk=chain.pk).first()
        return f"The account {user.email}" if user else f"The log {chain.pk} of what is gone"
