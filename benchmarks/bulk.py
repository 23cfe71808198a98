"""Changing the role of 10,000 people with their audit events: people a second, and the members page meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction
from django.test import Client
from django.utils import timezone

from audit.models import Event, EventType
from benchmarks.measuring import browser_of, cpu_of, database_process, slugs
from jobs import running
from jobs.models import Job, JobState
from organizations.bulk import deeds
from organizations.bulk.rehearsing import confirm, start_rehearsal
from organizations.bulk.selection import Selection
from organizations.models import Membership, Organization, Role

PEOPLE = 10_000
LEAST = 5_000  # people a second
ROUNDS = 3
A_MINUTE = 600
WORKER = "import django; django.setup(); from jobs.running import run_due; run_due(60)"


def main() -> list[str]:
    return [line for part in (_speed, _meanwhile) for line in part(_slug())]


def _slug() -> str:
    """The organization nearest to 10,000 people."""
    return min(slugs().items(), key=lambda one: abs(one[0] - PEOPLE))[1]


def _speed(slug: str) -> Iterator[str]:
    yield f"A role for everyone in an organization of about {PEOPLE:,}, one worker, with events"
    rates, looks, busy, bare = [], [], [], []
    database = database_process()
    for _ in range(ROUNDS):
        bare.append(_bare(slug))
        begun = perf_counter()
        rehearsal = _rehearsed(slug)
        looks.append(rehearsal.seen / (perf_counter() - begun))
        job = _confirmed(slug, rehearsal)
        begun, worked = perf_counter(), cpu_of(database)
        running.run(job.pk, A_MINUTE)
        seconds, worked = perf_counter() - begun, cpu_of(database) - worked
        rates.append(_done(job) / seconds)
        busy.append(job.changed / worked)
    verdict = "holds" if median(rates) >= LEAST else "MISSED"
    yield f"  people changed a second: {median(rates):8,.0f}  of {LEAST:,}  {verdict}"
    yield f"  the same rows by update() and bulk_create() alone, unasked and unlocked: {median(bare):8,.0f}"
    yield f"  people changed a second of CPU, web and PostgreSQL together: {max(busy):8,.0f}"
    yield f"  people looked at a second, in the preview: {median(looks):8,.0f}"


def _meanwhile(slug: str) -> Iterator[str]:
    browser, page = browser_of(f"owner@{slug}.example"), f"/o/{slug}/members/"
    browser.get(page)
    alone = [_seconds(browser, page) for _ in range(20)]
    job = _confirmed(slug, _rehearsed(slug))
    with subprocess.Popen([sys.executable, "-c", WORKER]) as worker:
        while not Job.objects.filter(pk=job.pk, seen__gt=0).exists() and worker.poll() is None:
            pass
        beside = []
        while worker.poll() is None and not Job.objects.filter(pk=job.pk, state=JobState.DONE).exists():
            beside.append(_seconds(browser, page))
    job.refresh_from_db()
    seconds = (job.finished_at - job.created_at).total_seconds() if job.finished_at else 0.0
    beside_ms, slowest, alone_ms = (1000 * value for value in (median(beside), max(beside), median(alone)))
    yield f"The members page, {len(beside)} times while another process changed {_done(job):,} in {seconds:.1f} s"
    yield f"  median {beside_ms:5.1f} ms, slowest {slowest:5.1f} ms; alone {alone_ms:5.1f} ms"


def _bare(slug: str) -> float:
    """People a second whose role and event are written by the ORM, 500 at a time, and by nothing else; taken back."""
    organization = Organization.objects.get(slug=slug)
    owner, role = _owner(organization), _other_role(organization)
    ids = list(organization.memberships.exclude(pk=owner.pk).order_by("id").values_list("pk", flat=True))
    begun = perf_counter()
    with transaction.atomic():
        for at in range(0, len(ids), 500):
            people = Membership.objects.filter(pk__in=ids[at : at + 500])
            people.update(role=role)
            Event.objects.bulk_create(
                Event(
                    chain_id=organization.pk,
                    number=10**9 + at + place,
                    at=timezone.now(),
                    type=EventType.USER_ACTION,
                    action="member.role_changed",
                    entity="member",
                    actor_kind="member",
                    actor_id=owner.user_id,
                    actor_label=owner.label,
                    target_id=one.user_id,
                    target_label=one.label,
                    after={"role": role.label},
                )
                for place, one in enumerate(people)
            )
        seconds = perf_counter() - begun
        transaction.set_rollback(True)
    return len(ids) / seconds


def _other_role(organization: Organization) -> Role:
    """One that nobody but a few hold now."""
    roles = list(Role.objects.of(organization).by_hand().filter(owns=False))
    held = organization.memberships.filter(owns=False).values_list("role", flat=True)[:1].get()
    return next(one for one in roles if one.pk != held)


def _rehearsed(slug: str) -> Job:
    organization = Organization.objects.get(slug=slug)
    owner, role = _owner(organization), _other_role(organization)
    job = start_rehearsal(
        actor=owner.as_actor(timezone.now()),
        user=owner.user,
        organization=organization,
        deed=deeds.CHANGE_ROLE,
        argument=role,
        selection=Selection(everything=True),
    )
    running.run(job.pk, A_MINUTE)
    job.refresh_from_db()
    return job


def _confirmed(slug: str, rehearsal: Job) -> Job:
    organization = Organization.objects.get(slug=slug)
    owner = _owner(organization)
    return confirm(actor=owner.as_actor(timezone.now()), user=owner.user, organization=organization, job=rehearsal)


def _done(job: Job) -> int:
    """How many were changed, each with an event."""
    job.refresh_from_db()
    events = Event.objects.filter(chain_id=job.place_id, batch=job.pk, action="member.role_changed").count()
    if job.state != JobState.DONE or events != job.changed:
        message = f"The job is {job.state}: {job.reason} {events:,} events for {job.changed:,} people."
        raise RuntimeError(message)
    return job.changed


def _owner(organization: Organization) -> Membership:
    return organization.memberships.select_related("role", "user", "organization").get(owns=True)


def _seconds(browser: Client, page: str) -> float:
    begun = perf_counter()
    answer = browser.get(page)
    if answer.status_code != 200:
        message = f"{page} answered {answer.status_code}."
        raise RuntimeError(message)
    return perf_counter() - begun


if __name__ == "__main__":
    sys.stdout.write("\n".join(main()) + "\n")
