"""Changing many invitations as one job: at once where they are few, else 500 at a time by a worker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from audit.ambient import Origin, coming_from
from audit.refusing import rehearsing
from invitations.bulk.many_deeds import BY_KEY, Deed, what
from invitations.limits import spend_on_list
from invitations.models import Invitation
from invitations.querysets import InvitationQuerySet
from jobs import kinds, running
from jobs.models import Job, JobState, Part
from organizations.actions.base import action
from organizations.actions.outcome import MOST_AT_ONCE, Outcome
from organizations.bulk.doing import MOST_HERE, SECONDS_HERE, actor_of, count, new_job, organization_of
from organizations.bulk.reports import Report
from organizations.models import Organization
from organizations.policies import holds

KIND = "invitations.many"


def change_many(
    *,
    actor: Actor,
    user: User,
    organization: Organization,
    deed: Deed,
    rows: InvitationQuerySet,
    days: int = 0,
    once: UUID | None = None,
    shown: datetime | None = None,
) -> Job:
    """Do it to these invitations, as they are now: what is chosen is chosen before the first is changed.

    `once` names the question that was answered: whoever answers it twice gets the same job. `shown` is when it was
    asked: what somebody sent again since then is not sent once more. Raises ValidationError (`nobody`, `limit`,
    `twice`) and PermissionDenied.
    """
    holds(actor, deed.permission).enforce()
    if once and (begun := _begun(once, user, organization)):
        return begun
    chosen = list(rows.order_by("-id").values_list("pk", "email"))
    if not chosen:
        message = "None of the invitations that you selected is there any more."
        raise ValidationError(message, code="nobody")
    # Counted for all of them before the first transaction begins: a job's steps ask no cache.
    too_often = spend_on_list(actor, organization, {email for _, email in chosen}) if deed.mails else set()
    chunks = [_chunk(chosen[at : at + MOST_AT_ONCE], too_often) for at in range(0, len(chosen), MOST_AT_ONCE)]
    here = len(chosen) <= MOST_HERE
    arguments = {"deed": deed.key, "days": days} | (chunks[0] if here else {})
    job = new_job(KIND, actor=actor, user=user, organization=organization, arguments=arguments)
    job.total, job.report = len(chosen), Report().kept()
    # Nobody has seen what is to come: a moment that was made up counts as the one at which it was asked for, at most.
    job.arguments["since"] = min(shown or job.created_at, job.created_at).isoformat()
    if once:
        job.pk = once
    try:
        if here:
            return running.do_here(job, SECONDS_HERE)
        with transaction.atomic():
            running.start(job)
            Part.objects.bulk_create([Part(job=job, number=number, data=data) for number, data in enumerate(chunks)])
    except IntegrityError as twice:  # both answers came at the same moment
        if once and (begun := _begun(once, user, organization)):
            return begun
        message = "This was asked for already. Look at the invitations before you do it again."
        raise ValidationError(message, code="twice") from twice
    return job


def rehearse(
    *, actor: Actor, organization: Organization, deed: Deed, rows: InvitationQuerySet, shown: datetime
) -> Outcome[Invitation]:
    """What would come of it for at most 500: it is done and taken back before anybody sees it."""
    with rehearsing(), transaction.atomic():
        outcome = deed.do(actor, organization, list(rows.order_by("-id")[:MOST_AT_ONCE]), 0, (), shown)
        transaction.set_rollback(True)
    return outcome


def step(job: Job) -> bool:
    """Change the next chunk."""
    organization, number = organization_of(job), int(job.cursor or 0)
    chunk = _chunk_of(job, number)
    if chunk is None:
        return False
    ids = {UUID(hex=one) for one in chunk["ids"]}
    with coming_from(Origin(**job.origin)):
        outcome = _change_part(
            actor=actor_of(job),
            organization=organization,
            invitations=list(organization.invitations.filter(id__among=ids).order_by("-id")),
            deed=deed_of(job),
            days=job.arguments["days"],
            too_often=chunk["too_often"],
            since=datetime.fromisoformat(job.arguments["since"]),
            batch=job.pk,
        )
    count(job, outcome, seen=len(ids))
    job.cursor = str(number + 1)
    return _chunk_of(job, number + 1) is not None


@action
def _change_part(
    *,
    actor: Actor,
    organization: Organization,
    invitations: Sequence[Invitation],
    deed: Deed,
    days: int,
    too_often: Collection[str],
    since: datetime,
    batch: UUID,
) -> Outcome[Invitation]:
    current_act().batch = batch
    return deed.do(actor, organization, invitations, days, too_often, since)


def deed_of(job: Job) -> Deed:
    return BY_KEY[job.arguments["deed"]]


def said(job: Job, organization: Organization) -> str:
    """What came of one that has ended, in a sentence or two."""
    over = Report.read(job.report).passed_over
    passed = f" {what(over)} {'was' if over == 1 else 'were'} passed over." if over else ""
    if job.state == JobState.FAILED:
        before = deed_of(job).sentence("said", job.changed, organization) + " " if job.changed else ""
        return f"{before}It stopped: {job.reason}"
    if not job.changed:
        return f"No invitation was changed.{passed}"
    return deed_of(job).sentence("said", job.changed, organization) + passed


def register_all() -> None:
    kinds.register(KIND, step)


def _begun(once: UUID, user: User, organization: Organization) -> Job | None:
    """The job that the answer to that question began; of nobody else's."""
    return Job.objects.filter(pk=once, kind=KIND, place_id=organization.pk, user_id=user.pk).first()


def _chunk(chosen: Sequence[tuple[UUID, str]], too_often: Collection[str]) -> dict[str, Any]:
    return {
        "ids": [pk.hex for pk, _ in chosen],
        "too_often": sorted({email for _, email in chosen if email in too_often}),
    }


def _chunk_of(job: Job, number: int) -> dict[str, Any] | None:
    """The chunk of that number; few invitations are one, which the job keeps itself."""
    if "ids" in job.arguments:
        return job.arguments if number == 0 else None
    part = job.parts.filter(number=number).first()
    return part.data if part else None
