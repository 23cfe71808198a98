"""What a change would come to: the action itself is done, and taken back before anybody sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from audit.actors import Actor
from audit.refusing import rehearsing
from jobs import running
from jobs.models import Job, JobState, Part
from organizations.actions.outcome import MOST_AT_ONCE, Outcome
from organizations.bulk.deed import Deed
from organizations.bulk.doing import KIND, actor_of, count, deed_of, kept, new_job, organization_of, people_of
from organizations.bulk.reports import Report
from organizations.bulk.selection import Selection
from organizations.models import Membership, Organization
from organizations.policies import holds

REHEARSE_KIND = "organizations.rehearse"
GOOD_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Rehearsal:
    """`seats` is how many more would be taken."""

    outcome: Outcome[Membership]
    seats: int


def rehearse(
    *,
    actor: Actor,
    organization: Organization,
    deed: Deed[Any],
    people: Sequence[Membership],
    argument: Any,
    seats_taken: int = 0,
) -> Rehearsal:
    """Do it to at most 500 people and roll it back; `seats_taken` are those that others would have taken before."""
    rows = Organization.objects.filter(pk=organization.pk)
    with rehearsing(), transaction.atomic():
        if seats_taken:
            rows.update(reserved_seats=F("reserved_seats") + seats_taken)
        before = rows.get().seats_taken
        outcome = deed.do(actor, organization, people, argument)
        seats = rows.get().seats_taken - before
        transaction.set_rollback(True)
    return Rehearsal(outcome, max(seats, 0))


def start_rehearsal(
    *, actor: Actor, user: User, organization: Organization, deed: Deed[Any], argument: Any, selection: Selection
) -> Job:
    """Let a worker look at what would change, chunk by chunk; the job waits for `confirm` when it has."""
    arguments = kept(deed, argument, query=selection.query, all=selection.everything, until=uuid7().hex)
    job = new_job(REHEARSE_KIND, actor=actor, user=user, organization=organization, arguments=arguments)
    with transaction.atomic():
        if not selection.everything:
            rows = selection.people(organization, actor, job.created_at)
            ids = list(rows.values_list("pk", flat=True))
            job.total = len(ids)
            running.start(job)
            Part.objects.bulk_create(_parts(job, ids))
        else:
            running.start(job)
    return job


def step(job: Job) -> bool:
    """Look at the next chunk, and remember who was in it: nobody else is changed after the confirmation."""
    organization, deed, actor = organization_of(job), deed_of(job), actor_of(job)
    number = int(job.report.get("number", 0))
    part = _next_part(job, organization, number)
    if part is None:
        return False
    ids = part.data["ids"]
    people = people_of(organization, ids)
    argument = deed.found(organization, job.arguments["argument"])
    taken = int(job.report.get("seats", 0))
    found = rehearse(
        actor=actor, organization=organization, deed=deed, people=people, argument=argument, seats_taken=taken
    )
    count(job, found.outcome, seen=len(ids))
    report = Report.read(job.report)
    report.name(one.label for one in found.outcome.done)
    job.report |= report.kept() | {"seats": taken + found.seats, "number": number + 1}
    job.cursor = ids[-1]
    return not job.total or job.seen < job.total or bool(job.arguments["all"])


def confirm(*, actor: Actor, user: User, organization: Organization, job: Job) -> Job:
    """Begin what was rehearsed, once: whoever presses twice gets the same job. Raises ValidationError."""
    with transaction.atomic():
        rehearsal = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        if begun := rehearsal.arguments.get("begun"):
            return Job.objects.get(pk=UUID(begun))
        at = timezone.now()
        if rehearsal.kind != REHEARSE_KIND or rehearsal.state != JobState.DONE or not rehearsal.changed:
            message = "There is nothing here to confirm."
            raise ValidationError(message, code="nothing")
        if is_stale(rehearsal):
            message = "This preview is more than an hour old. Select the people again to see how things stand."
            raise ValidationError(message, code="stale")
        arguments = {name: rehearsal.arguments[name] for name in ("deed", "argument", "said_of")}
        change = new_job(KIND, actor=actor, user=user, organization=organization, arguments=arguments)
        change.arguments["rehearsal"] = rehearsal.pk.hex
        change.total, change.created_at = rehearsal.seen, at
        change.report = Report().kept()
        rehearsal.arguments["begun"] = change.pk.hex
        rehearsal.save(update_fields=["arguments"])
        return running.start(change)


def is_stale(rehearsal: Job) -> bool:
    return rehearsal.finished_at is None or timezone.now() > rehearsal.finished_at + GOOD_FOR


def _next_part(job: Job, organization: Organization, number: int) -> Part | None:
    if not job.arguments["all"]:
        return job.parts.filter(number=number).first()
    selection = Selection(everything=True, query=job.arguments["query"])
    rows = selection.people(organization, _reader(job, organization), job.created_at)
    rows = rows.filter(pk__lte=UUID(job.arguments["until"]))
    if not number:
        job.total = rows.count()
    if job.cursor:
        rows = rows.filter(pk__gt=UUID(job.cursor))
    ids = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    if not ids:
        return None
    return Part.objects.create(job=job, number=number, data={"ids": [one.hex for one in ids]})


def _reader(job: Job, organization: Organization) -> Actor:
    """Whoever asked, with what they may see now. Raises PermissionDenied where they no longer see the members."""
    rows = organization.memberships.select_related("role", "organization").filter(user__is_active=True)
    membership = rows.filter(user_id=job.user_id).first() if job.user_id else None
    reader = membership.as_actor(timezone.now()) if membership else None
    if reader is None or not holds(reader, "members.read"):
        message = f"You no longer see the members of {organization}."
        raise PermissionDenied(message)
    return reader


def _parts(job: Job, ids: Sequence[UUID]) -> list[Part]:
    chunks = [ids[at : at + MOST_AT_ONCE] for at in range(0, len(ids), MOST_AT_ONCE)]
    return [
        Part(job=job, number=number, data={"ids": [one.hex for one in chunk]}) for number, chunk in enumerate(chunks)
    ]
