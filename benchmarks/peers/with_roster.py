"""Lets Roster invite people by its action, which commits what it did, and answers each line that it reads.

With the seconds of each of some rounds, for an organization that had invited nobody; an empty line with none.
Arguments: how many. DATABASE_URL names a PostgreSQL database that is empty.
"""

from __future__ import annotations

import sys
from time import perf_counter

import django

django.setup()

from django.core.management import call_command

from benchmarks.inviting import invite_people
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


def owner_of_a_new_one() -> Membership:
    call_command("demo", members=100, verbosity=0, stdout=sys.stderr)
    return Membership.objects.select_related("organization", "user", "role").filter(owns=True).latest("id")


if __name__ == "__main__":
    people = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    for line in sys.stdin:
        took = []
        if line.strip():
            owner = owner_of_a_new_one()
            took = [seconds_of(owner, people) for _ in range(ROUNDS)]
        print(*took, flush=True)
