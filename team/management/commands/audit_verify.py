"""Whether the audit log, or a file of it, is whole: every event there, in its place, and as it was written."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, OuterRef

from accounts.models import User
from audit import guards
from audit.file_verifying import verify_file
from audit.models import Chain
from audit.sealing import public_keys
from audit.verifying import CHAIN_GONE, verify, without_chain
from organizations.models import Organization

COMPLETE = "The file is whole: no event of this range is missing, and none was altered."
FILTERED = "No event in the file was altered, and none was taken out. Which ones the filter left out, it cannot say."


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="one organization's log alone")
        parser.add_argument(
            "--file", metavar="PATH", help="an export as JSON Lines, proven by itself and without the database"
        )
        parser.add_argument(
            "--key", metavar="PUBLIC_KEY", help="with --file: whose signature it has to bear, instead of ours"
        )

    def handle(self, *args: Any, organization: str | None = None, **options: Any) -> None:
        path, key = options["file"], options["key"]
        if (path and organization is not None) or (key and not path):
            message = "--file is verified by itself, and --key is for a file: give --file and --key, or --organization."
            raise CommandError(message)
        if path:
            self._file(path, [key.lower()] if key else public_keys())
        else:
            self._chains(organization)

    def _file(self, path: str, keys: list[str]) -> None:
        """Asks no database: whoever was handed the file proves it on a machine of their own."""
        try:
            with Path(path).open("rb") as file:
                result = verify_file(file, keys)
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}."
            raise CommandError(message) from error
        if result.finding or result.header is None:
            self.stdout.write(self.style.ERROR(f"{path}: {result.finding}"))
            sys.exit(1)
        numbers = f", {result.first:,} to {result.last:,}" if result.events else ""
        self.stdout.write(f"{result.header.slug}, log {result.header.chain}: {result.events:,} events{numbers}.")
        if result.erased:
            self.stdout.write(f"{result.erased:,} of them no longer tell who somebody was, who was erased.")
        self.stdout.write(f"Signed by {result.key}.")
        self.stdout.write(self.style.SUCCESS(COMPLETE if result.header.is_complete else FILTERED))

    def _chains(self, organization: str | None) -> None:
        chains, gone = Chain.objects.order_by("id"), self._gone()
        if organization is not None:
            found = Organization.objects.filter(slug=organization).first()
            if found is None:
                message = f"There is no organization {organization}."
                raise CommandError(message)
            chains, gone = chains.filter(pk=found.pk), gone & {found.pk}
        is_whole = self._triggers() and not gone
        for chain_id in sorted(gone):
            self.stdout.write(self.style.ERROR(f"{self._name(Chain(pk=chain_id))}: {CHAIN_GONE}"))
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

    def _gone(self) -> set[UUID]:
        """Whose chain there is none of any more, or nothing of it; an organization never was without."""
        chains = Chain.objects.filter(pk=OuterRef("pk"), length__gt=0)
        return without_chain() | set(Organization.objects.filter(~Exists(chains)).values_list("pk", flat=True))

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
