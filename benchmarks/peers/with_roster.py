"""Lets Roster invite people, each time in a transaction that is committed, and prints the seconds that each took.

Arguments: how many. DATABASE_URL names a PostgreSQL database that is empty.
"""

from __future__ import annotations

import sys
from time import perf_counter

import django

django.setup()

from django.core.management import call_command
from django.db import transaction

from benchmarks.inviting import invite_people, owner_of_the_smallest
from invitations.models import Invitation

ROUNDS = 15  # one takes a tenth of a second, which something else may need at that moment

if __name__ == "__main__":
    number = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    call_command("demo", members=100, verbosity=0, stdout=sys.stderr)
    by = owner_of_the_smallest()
    there = Invitation.objects.count()
    for turn in range(1, ROUNDS + 1):
        begun = perf_counter()
        with transaction.atomic():
            invite_people(by, number)
        print(perf_counter() - begun, flush=True)
        assert Invitation.objects.count() == there + turn * number
