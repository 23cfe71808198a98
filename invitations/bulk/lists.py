"""A list of people to invite while it is being put right. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import User
from audit.actors import Actor
from invitations import policies
from invitations.bulk.reading import ReadRow
from invitations.bulk.understanding import Words
from invitations.models import Bucket, InviteList, InviteRow
from invitations.offers import Offer
from invitations.sorting import sort_offers
from jobs.models import Job
from organizations.models import Group, Organization, Role

KEPT = timedelta(days=30)
_MOST_IN_TEXT = 300
# What the reader of a list can do nothing about by typing stays apart from what is sorted again and again.
SETTLED = (Bucket.SENT, Bucket.LEFT_OUT)


def make_list(
    *,
    actor: Actor,
    user: User,
    organization: Organization,
    rows: Sequence[ReadRow],
    role: Role,
    days: int,
    groups: Iterable[Group] = (),
    access_ends_at: datetime | None = None,
    note: str = "",
    name: str = "",
) -> InviteList:
    """Keep these rows, each sorted. Raises ValidationError (`days`, `not_trusted`, `note`) and PermissionDenied."""
    policies.may_invite(actor, organization, role).enforce()
    policies.may_last(days).demand()
    policies.may_say(organization, note).demand()
    with transaction.atomic():
        made = InviteList.objects.create(
            organization=organization,
            user=user,
            role=role,
            days=days,
            group_ids=[group.pk.hex for group in groups],
            access_ends_at=access_ends_at,
            note=note,
            name=name[:200],
        )
        InviteRow.objects.bulk_create(
            [
                InviteRow(
                    list=made,
                    line=number,
                    place=row.line,
                    address=row.address,
                    role=row.role,
                    groups=row.groups,
                    ends=row.ends,
                    problem=row.problem[:_MOST_IN_TEXT],
                    bucket=Bucket.MALFORMED,
                )
                for number, row in enumerate(rows, start=1)
            ],
            batch_size=500,
        )
        sort_again(made, actor)
    return made


def sort_again(invite_list: InviteList, actor: Actor) -> None:
    """Sort every row as things stand now; what was left out or sent stays so."""
    organization = Organization.objects.get(pk=invite_list.organization_id)
    words = Words(organization, invite_list)
    rows = list(invite_list.rows.exclude(bucket__in=SETTLED).order_by("line"))
    offers: list[tuple[InviteRow, Offer]] = []
    sorted_rows: list[tuple[InviteRow, str, str]] = []
    for row in rows:
        try:
            if row.problem:
                raise ValidationError(row.problem)
            offers.append((row, words.offer(row.address, row.role, row.groups, row.ends)))
        except ValidationError as mistake:
            sorted_rows.append((row, Bucket.MALFORMED, mistake.messages[0][:_MOST_IN_TEXT]))
    found = sort_offers(organization, actor, [offer for _, offer in offers], at=timezone.now())
    sorted_rows += [(row, one.bucket, one.reason[:_MOST_IN_TEXT]) for (row, _), one in zip(offers, found, strict=True)]
    _save_sorted(sorted_rows)


def sort_unless_sent(invite_list: InviteList, actor: Actor) -> None:
    """The same, where nobody is sending it: from then on what came of each row is written beside it, and stays."""
    with transaction.atomic():
        if _held(invite_list).exists():
            sort_again(invite_list, actor)


def sort_once_more(invite_list: InviteList, actor: Actor) -> None:
    """The same for whoever asks for it. Raises ValidationError (`sent`)."""
    with unsent(invite_list):
        sort_again(invite_list, actor)


def leave_out(invite_list: InviteList, actor: Actor, row_id: int) -> None:
    """Send nothing to this row's address; whoever stood behind it for a seat may move up."""
    with unsent(invite_list):
        rows = invite_list.rows.filter(pk=row_id).exclude(bucket__in=SETTLED)
        rows.update(bucket=Bucket.LEFT_OUT, reason="")
        sort_again(invite_list, actor)


def take_back(invite_list: InviteList, actor: Actor, row_id: int) -> None:
    """Sort a row again that was left out."""
    with unsent(invite_list):
        invite_list.rows.filter(pk=row_id, bucket=Bucket.LEFT_OUT).update(bucket=Bucket.READY)
        sort_again(invite_list, actor)


def change_offer(
    invite_list: InviteList,
    actor: Actor,
    *,
    role: Role,
    days: int,
    groups: Iterable[Group],
    access_ends_at: datetime | None,
    note: str,
) -> None:
    """Offer this to every row that says nothing else, and sort again. Raises as `make_list` does."""
    policies.may_invite(actor, invite_list.organization, role).enforce()
    policies.may_last(days).demand()
    policies.may_say(invite_list.organization, note).demand()
    with unsent(invite_list):
        invite_list.role, invite_list.days, invite_list.note = role, days, note
        invite_list.group_ids = [group.pk.hex for group in groups]
        invite_list.access_ends_at = access_ends_at
        invite_list.save(update_fields=["role", "days", "note", "group_ids", "access_ends_at"])
        sort_again(invite_list, actor)


def counts(invite_list: InviteList) -> dict[str, int]:
    """How many rows are in each bucket."""
    rows = invite_list.rows.order_by().values_list("bucket")
    return dict(rows.annotate(number=Count("pk")))


def has_ended(invite_list: InviteList) -> bool:
    """Whether it was sent and nobody goes on with that: whoever is ready still was not reached."""
    job_id = invite_list.job_id
    return job_id is not None and not Job.objects.filter(pk=job_id, finished_at=None).exists()


def forget_old_lists() -> None:
    """Delete lists of long ago, and none that is being sent or was sent since.

    What was sent stands among the invitations and in the audit log.
    """
    long_ago = timezone.now() - KEPT
    of_use = Job.objects.exclude(finished_at__lte=long_ago).order_by().values("pk")
    InviteList.objects.filter(created_at__lte=long_ago).exclude(job_id__in=of_use).delete()


@contextmanager
def unsent(invite_list: InviteList) -> Iterator[None]:
    """A transaction in which the list is held, and has not been sent. Raises ValidationError (`sent`)."""
    with transaction.atomic():
        if not _held(invite_list).exists():
            message = "This list is being sent, or was sent already."
            raise ValidationError(message, code="sent")
        yield


def _held(invite_list: InviteList) -> QuerySet[InviteList]:
    """The list, locked, as long as it has not been sent."""
    return InviteList.objects.select_for_update(no_key=True).filter(pk=invite_list.pk, job_id=None)


def _save_sorted(rows: Iterable[tuple[InviteRow, str, str]]) -> None:
    """Write down what changed: few different sentences, so few statements."""
    moved: dict[tuple[str, str], list[int]] = {}
    for row, bucket, reason in rows:
        if (row.bucket, row.reason) != (bucket, reason):
            moved.setdefault((bucket, reason), []).append(row.pk)
    alone = [(ids[0], bucket, reason) for (bucket, reason), ids in moved.items() if len(ids) == 1]
    InviteRow.objects.bulk_update(
        [InviteRow(pk=pk, bucket=bucket, reason=reason) for pk, bucket, reason in alone],
        ["bucket", "reason"],
        batch_size=500,
    )
    for (bucket, reason), ids in moved.items():
        for start in range(0, len(ids) if len(ids) > 1 else 0, 5_000):
            InviteRow.objects.filter(pk__in=ids[start : start + 5_000]).update(bucket=bucket, reason=reason)
