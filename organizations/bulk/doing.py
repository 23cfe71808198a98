"""Changing many people as one job: at once where they are few, else chunk by chunk by a worker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor, ActorKind
from audit.ambient import Origin, coming_from, origin
from jobs import running
from jobs.models import Job, Part
from organizations.actions.base import PersonKey, action, locked
from organizations.actions.outcome import Outcome
from organizations.bulk.deed import Deed
from organizations.bulk.deeds import BY_KEY
from organizations.bulk.reports import Report
from organizations.models import Membership, Organization

KIND = "organizations.bulk"
MOST_HERE = 200
SECONDS_HERE = 20


def do_now(
    *,
    actor: Actor,
    user: User,
    organization: Organization,
    deed: Deed[Any],
    memberships: Sequence[Membership],
    argument: Any = None,
) -> Job:
    """Change up to 200 people before the request is answered: a job that has ended, unless the database was away.

    The job says how many were `changed`, who was passed over (`Report.read(job.report)`), and in `reason` why it
    stopped where nobody could be changed. Raises ValidationError (`too_many`).
    """
    if len(memberships) > MOST_HERE:
        message = f"At most {MOST_HERE} people at once."
        raise ValidationError(message, code="too_many")
    ids = [one.pk.hex for one in memberships]
    job = new_job(KIND, actor=actor, user=user, organization=organization, arguments=kept(deed, argument, ids=ids))
    job.total = len(memberships)
    job.report = Report(one=memberships[0].label if len(memberships) == 1 else "").kept()
    return running.do_here(job, SECONDS_HERE)


def kept(deed: Deed[Any], argument: Any, **more: Any) -> dict[str, Any]:
    """What is to be done, as a job keeps it."""
    return {"deed": deed.key, "argument": deed.stored(argument), "said_of": deed.said_of(argument), **more}


def new_job(kind: str, *, actor: Actor, user: User, organization: Organization, arguments: dict[str, Any]) -> Job:
    """A job of this person, not saved yet, that knows where it was asked for."""
    if actor.kind is not ActorKind.MEMBER or actor.id != user.pk:
        message = "A change of many people is asked for by a member, in their own name."
        raise PermissionDenied(message)
    return Job(
        kind=kind,
        place_id=organization.pk,
        user_id=user.pk,
        actor={"label": actor.label, "on_behalf_of": actor.on_behalf_of},
        origin=asdict(origin()),
        arguments=arguments,
        created_at=timezone.now(),
    )


def step(job: Job) -> bool:
    """Change the next chunk of people, and keep what undo needs."""
    organization, deed = organization_of(job), deed_of(job)
    number, ids = int(job.cursor or 0), ids_of(job)
    people = people_of(organization, ids)
    argument = deed.found(organization, job.arguments["argument"])
    with coming_from(Origin(**job.origin)):
        outcome, before = _do_part(
            actor=actor_of(job),
            organization=organization,
            people=people,
            deed=deed,
            argument=argument,
            batch=job.pk,
        )
    Part.objects.create(job=job, number=number, data={"before": _by_value(outcome.done, before)})
    count(job, outcome, seen=len(people))
    job.cursor = str(number + 1)
    return has_more(job, number)


@action
def _do_part(
    *,
    actor: Actor,
    organization: Organization,
    people: Sequence[Membership],
    deed: Deed[Any],
    argument: Any,
    batch: UUID,
) -> tuple[Outcome[Membership], dict[UUID, str]]:
    """One chunk, under the same lock as what undo needs of it; its events are of one batch."""
    current_act().batch = batch
    here = locked(organization)
    rows = here.memberships.filter(id__among={one.pk for one in people})
    before = deed.before(rows, argument) if deed.undoable else {}
    return deed.do(actor, here, people, argument), before


def organization_of(job: Job) -> Organization:
    """Raises PermissionDenied where it is gone."""
    organization = Organization.objects.filter(pk=job.place_id).first()
    if organization is None:
        message = "This organization no longer exists."
        raise PermissionDenied(message)
    return organization


def deed_of(job: Job) -> Deed[Any]:
    deed: Deed[Any] = BY_KEY[job.arguments["deed"]]
    return deed


def actor_of(job: Job) -> Actor:
    """Who asked for it, without any grants: the action reads them again under its lock."""
    return Actor(kind=ActorKind.MEMBER, id=job.user_id, **job.actor)


def people_of(organization: Organization, ids: Iterable[str]) -> list[Membership]:
    """These people, those of this organization only; just enough of each to be locked by an action."""
    rows = organization.memberships.filter(id__among={UUID(hex=one) for one in ids}).order_by("id")
    return cast("list[Membership]", [PersonKey(*row) for row in rows.values_list("pk", "organization", "user")])


def ids_of(job: Job) -> list[str]:
    """Whom the next step is about: whoever was named, else whom the rehearsal saw."""
    if "ids" in job.arguments:
        return list(job.arguments["ids"])
    part = Part.objects.filter(job_id=UUID(job.arguments["rehearsal"]), number=int(job.cursor or 0)).first()
    return list(part.data["ids"]) if part else []


def has_more(job: Job, number: int) -> bool:
    """Whether there is a chunk after that one."""
    if "ids" in job.arguments:
        return False
    return Part.objects.filter(job_id=UUID(job.arguments["rehearsal"]), number__gt=number).exists()


def count(job: Job, outcome: Outcome[Any], *, seen: int) -> None:
    """Write down what came of a chunk."""
    report = Report.read(job.report)
    report.add(outcome.passed_over)
    job.report |= report.kept()
    job.seen += seen
    job.changed += len(outcome.done)


def _by_value(done: Sequence[Membership], before: dict[UUID, str]) -> list[tuple[str, list[str]]]:
    """Whoever was changed, by what they were before."""
    found: dict[str, list[str]] = {}
    for one in done:
        found.setdefault(before.get(one.pk, ""), []).append(one.pk.hex)
    return list(found.items())
