"""Lets Roster invite people by its action, which commits what it did. It answers each line that it reads with the seconds
of each of some rounds, and an empty line with none.

Arguments: how many. DATABASE_URL names a PostgreSQL database that is empty.
"""

from __future__ import annotations

import sys
from time import perf_counter

import django

django.setup()

from django.core.management import call_command

from benchmarks.inviting import invite_people, owner_of_the_smallest
from invitations.models import Invitation
from organizations.models import Membership

ROUNDS = 5  # one takes a tenth of a second, which something else may need at that moment


def seconds_of(by: Membership, number: int) -> float:
    there = Invitation.objects.count()
    begun = perf_counter()
    invite_people(by, number)
    took = perf_counter() - begun
    assert Invitation.objects.count() == there + number
    return took


if __name__ == "__main__":
    people = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    call_command("demo", members=100, verbosity=0, stdout=sys.stderr)
    owner = owner_of_the_smallest()
    for line in sys.stdin:
        print(*[seconds_of(owner, people) for _ in range(ROUNDS if line.strip() else 0)], flush=True)
