"""Sending a list: a job whose steps invite 500 at a time, each step one transaction under one batch id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.addresses import stored_or_typed
from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor, ActorKind
from audit.ambient import Origin, coming_from, origin
from invitations.actions.offering import invite_listed
from invitations.bulk.understanding import Words
from invitations.limits import spend_on_list
from invitations.models import Bucket, Invitation, InviteList, InviteRow
from invitations.offers import Offer
from invitations.sorting import TOO_OFTEN
from jobs import kinds, running
from jobs.models import Job
from organizations.actions.base import action, locked
from organizations.actions.outcome import Outcome
from organizations.models import Organization
from organizations.policies import holds

KIND = "invitations.send_list"
CHUNK = 500
MOST_HERE = 200
SECONDS_HERE = 20


def send_list(*, actor: Actor, user: User, invite_list: InviteList) -> Job:
    """Invite everyone who is ready: at once where they are few, else by a worker.

    Sending a list twice answers the same job. Raises ValidationError (`nobody`, `limit`, `sent`) and PermissionDenied.
    """
    holds(actor, "invitations.create").enforce()
    if actor.kind is not ActorKind.MEMBER or actor.id != user.pk:
        message = "A list is sent by a member, in their own name."
        raise PermissionDenied(message)
    if (sent := _job_of(invite_list)) is not None:
        return sent
    # The cache is asked before the transaction begins: a list that is sent twice at one moment is counted twice.
    too_often = _spend(actor, invite_list)
    with transaction.atomic():
        held = InviteList.objects.select_for_update(no_key=True).get(pk=invite_list.pk)
        if (sent := _job_of(held)) is not None:
            return sent
        held.rows.filter(pk__in=too_often).update(bucket=Bucket.TOO_OFTEN, reason=TOO_OFTEN)
        ready = held.rows.filter(bucket=Bucket.READY).count()
        if ready:
            job = _new_job(actor, user, held, ready)
            held.job_id = invite_list.job_id = job.pk
            held.save(update_fields=["job_id"])
            if ready > MOST_HERE:
                return running.start(job)
    if not ready:  # said once it is written down who of them was mailed enough
        message = "Nobody on this list can be invited as it stands."
        raise ValidationError(message, code="nobody")
    return running.do_here(job, SECONDS_HERE)


def step(job: Job) -> bool:
    """Invite the next of those who are ready, and write down beside each what came of it."""
    invite_list = InviteList.objects.select_related("organization").filter(pk=UUID(job.arguments["list"])).first()
    if invite_list is None:
        message = "This list no longer exists."
        raise PermissionDenied(message)
    after = int(job.cursor or 0)
    rows = list(invite_list.rows.filter(bucket=Bucket.READY, line__gt=after).order_by("line")[:CHUNK])
    if not rows:
        return False
    with coming_from(Origin(**job.origin)), timezone.override(job.arguments.get("zone", "UTC")):
        outcome = _send_part(
            actor=Actor(kind=ActorKind.MEMBER, id=job.user_id, **job.actor),
            organization=invite_list.organization,
            invite_list=invite_list,
            rows=rows,
            batch=job.pk,
        )
    job.seen += len(rows)
    job.changed += len(outcome.done)
    job.cursor = str(rows[-1].line)
    return len(rows) == CHUNK


@action
def _send_part(
    *, actor: Actor, organization: Organization, invite_list: InviteList, rows: Sequence[InviteRow], batch: UUID
) -> Outcome[Invitation]:
    """The rows are understood under the lock: a role that goes meanwhile keeps nobody else from being invited."""
    current_act().batch = batch
    organization = locked(organization)
    offers = _understood(organization, invite_list, rows)
    note = invite_list.note if organization.trusted else ""
    outcome = invite_listed(
        actor=actor, organization=organization, offers=list(offers.values()), days=invite_list.days, note=note
    )
    _write_down([row for row in rows if row in offers], outcome)
    return outcome


def _new_job(actor: Actor, user: User, invite_list: InviteList, ready: int) -> Job:
    return Job(
        kind=KIND,
        place_id=invite_list.organization_id,
        user_id=user.pk,
        actor={"label": actor.label, "on_behalf_of": actor.on_behalf_of},
        origin=asdict(origin()),
        # A worker knows nobody's zone, and a last day ends where its list was sent as the page said.
        arguments={"list": invite_list.pk.hex, "zone": timezone.get_current_timezone_name()},
        total=ready,
        created_at=timezone.now(),
    )


def _job_of(invite_list: InviteList) -> Job | None:
    """The work that sends the list, or has sent it. Raises ValidationError (`sent`) where that is forgotten."""
    job_id = InviteList.objects.values_list("job_id", flat=True).get(pk=invite_list.pk)
    job = Job.objects.filter(pk=job_id).first() if job_id else None
    if job_id and job is None:
        message = "This list was sent already."
        raise ValidationError(message, code="sent")
    return job


def _spend(actor: Actor, invite_list: InviteList) -> list[int]:
    """Count those who are ready; answers the rows of those who were mailed too often today."""
    ready = invite_list.rows.filter(bucket=Bucket.READY).values_list("pk", "address")
    emails = {pk: stored_or_typed(address) for pk, address in ready}
    too_often = spend_on_list(actor, invite_list.organization, set(emails.values()))
    return [pk for pk, email in emails.items() if email in too_often]


def register_all() -> None:
    kinds.register(KIND, step)


def _understood(
    organization: Organization, invite_list: InviteList, rows: Sequence[InviteRow]
) -> dict[InviteRow, Offer]:
    """What each row offers. One whose role or group has gone since it was sorted says so."""
    words = Words(organization, invite_list)
    offers: dict[InviteRow, Offer] = {}
    for row in rows:
        try:
            offers[row] = words.offer(row.address, row.role, row.groups, row.ends)
        except ValidationError as mistake:
            row.bucket, row.reason = Bucket.MALFORMED, mistake.messages[0][:300]
            row.save(update_fields=["bucket", "reason"])
    return offers


def _write_down(rows: Sequence[InviteRow], outcome: Outcome[Invitation]) -> None:
    """Which were invited; of the others why not, by the address as it is stored or was typed."""
    over = {one.who: one for one in outcome.passed_over}
    invited: list[int] = []
    passed: list[InviteRow] = []
    for row in rows:
        why = over.get(stored_or_typed(row.address))
        if why is None:
            invited.append(row.pk)
        else:
            row.bucket, row.reason = why.code, why.reason[:300]
            passed.append(row)
    InviteRow.objects.filter(pk__in=invited).update(bucket=Bucket.SENT, reason="")
    InviteRow.objects.bulk_update(passed, ["bucket", "reason"])
