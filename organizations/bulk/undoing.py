"""Taking back what was just done to many people: for 30 seconds, once, by whoever did it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from audit.ambient import Origin, coming_from
from jobs import running
from jobs.models import Job, Part
from organizations.actions.base import action, locked
from organizations.actions.outcome import Outcome
from organizations.bulk.deed import Deed
from organizations.bulk.doing import (
    KIND,
    MOST_HERE,
    SECONDS_HERE,
    actor_of,
    count,
    deed_of,
    new_job,
    organization_of,
    people_of,
)
from organizations.bulk.reports import Report
from organizations.models import Membership, Organization
from organizations.policies import YES, Decision, no

UNDO_KIND = "organizations.undo"
UNDO_SECONDS = 30


def undo_until(job: Job) -> datetime | None:
    """When the chance to undo it ends; None where there is none, or none any more."""
    undoable = job.kind == KIND and job.changed and job.finished_at and deed_of(job).undoable
    return job.finished_at + timedelta(seconds=UNDO_SECONDS) if undoable and job.finished_at else None


def may_undo(job: Job, at: datetime) -> Decision:
    """Whether the change can still be undone; the reason says what to do instead."""
    until = undo_until(job)
    if job.kind == KIND and not deed_of(job).undoable:
        return no("A removal cannot be undone. Invite the people again.", "final")
    if until is None:
        return no("There is nothing here to undo.", "nothing")
    if at > until:
        return no(
            f"The {UNDO_SECONDS} seconds to undo this are over. Select the people again and change them back.",
            "too_late",
        )
    return YES


def undo(*, actor: Actor, user: User, organization: Organization, job: Job) -> Job:
    """Take back what that job of the same person changed, as a job of its own. Raises ValidationError."""
    may_undo(job, timezone.now()).demand()
    arguments = {name: job.arguments[name] for name in ("deed", "argument", "said_of")}
    back = new_job(UNDO_KIND, actor=actor, user=user, organization=organization, arguments=arguments)
    back.undoes, back.total = job, job.changed
    back.report = Report(one=Report.read(job.report).one).kept()
    try:
        with transaction.atomic():
            return running.do_here(back, SECONDS_HERE) if job.changed <= MOST_HERE else running.start(back)
    except IntegrityError as twice:
        if not Job.objects.filter(undoes=job).exists():
            raise
        message = "This was undone already."
        raise ValidationError(message, code="twice") from twice


def step(job: Job) -> bool:
    """Take back the next chunk: one that the job changed, as far as it still is as it was left."""
    organization, deed = organization_of(job), deed_of(job)
    number = int(job.cursor or 0)
    part = Part.objects.filter(job=job.undoes, number__gte=number).first()
    if part is None:
        return False
    argument = deed.found(organization, job.arguments["argument"])
    groups = [(value, people_of(organization, ids)) for value, ids in part.data["before"]]
    with coming_from(Origin(**job.origin)):
        outcome = _undo_part(
            actor=actor_of(job),
            organization=organization,
            people=[one for _, people in groups for one in people],
            groups=groups,
            deed=deed,
            argument=argument,
            batch=job.pk,
        )
    count(job, outcome, seen=sum(len(ids) for _, ids in part.data["before"]))
    job.cursor = str(part.number + 1)
    return Part.objects.filter(job=job.undoes, number__gt=part.number).exists()


@action
def _undo_part(
    *,
    actor: Actor,
    organization: Organization,
    people: Sequence[Membership],
    groups: Any,
    deed: Deed[Any],
    argument: Any,
    batch: UUID,
) -> Outcome[Membership]:
    """Each by what they were before; whoever somebody else has changed meanwhile stays as they are."""
    current_act().batch = batch
    here = locked(organization)
    rows = here.memberships.filter(id__among={one.pk for one in people})
    left = set(deed.as_left(rows, argument).order_by().values_list("pk", flat=True))
    outcome: Outcome[Membership] = Outcome()
    for one in rows.exclude(pk__in=left):
        outcome.pass_over(one.label, f"Somebody else has changed {one.label} meanwhile.", "meanwhile")
    for value, members in groups:
        still = [one for one in members if one.pk in left]
        try:
            again = deed.undo(actor, here, still, argument, value)
        except ValidationError as refusal:  # what these few were before is gone; the others may have it back
            for one in rows.filter(pk__in=[one.pk for one in still]):
                outcome.pass_over(one.label, refusal.messages[0], "gone")
            continue
        outcome.done += again.done
        outcome.passed_over += again.passed_over
    return outcome
