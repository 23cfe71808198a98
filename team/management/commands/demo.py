"""Loads demo data: a small organization with a past, or one of any size."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from team.demo.crowd import gather
from team.demo.history import STAFF, History
from team.demo.people import OWNER, PASSWORD, address_of
from team.demo.products import COMPANIES


class Command(BaseCommand):
    help = "Loads demo data into an empty database; with --members, adds an organization of that size to any database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, metavar="N", help="make one more organization, with N members")

    def handle(self, *args: Any, members: int | None = None, **options: Any) -> None:
        if members is not None:
            if members < 1:
                message = "--members needs a number of 1 or more: the owner is one of them."
                raise CommandError(message)
            organization = gather(members)
            self.stdout.write(f"{organization} has {organization.members_count:,} members: {_url(organization.slug)}")
            self.stdout.write(f"Sign in as its owner, owner@{organization.slug}.example, with {PASSWORD}")
            return
        if User.objects.exists():
            message = "The database has people in it. Demo data goes into an empty one; --members N goes anywhere."
            raise CommandError(message)
        with transaction.atomic():  # all of it, or none
            organization = History().tell()
        self.stdout.write(f"\n{organization}: {_url(organization.slug)}\nEveryone signs in with {PASSWORD}\n")
        for who, email in (
            ("owner", address_of(OWNER)),
            ("admin", address_of("Mateo Rivera")),
            ("member", address_of("Priya Nair")),
            ("viewer", address_of("Sofia Rossi")),
            ("staff", f"{STAFF}, also at {settings.BASE_URL}/admin/"),
        ):
            self.stdout.write(f"  {who:<8}{email}")
        self.stdout.write("\nThe owner also owns one organization for each product's roles; others there sign in as")
        for company in COMPANIES:
            names = ", ".join(company.address(role).partition("@")[0] for role in company.people)
            self.stdout.write(f"  {company.name}: {names} @{company.slug}.example")


def _url(slug: str) -> str:
    return f"{settings.BASE_URL}/o/{slug}/"
