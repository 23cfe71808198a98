"""The notices that access is about to end: to its person, and in a digest to those who may extend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from audit.actions import now
from mail.kinds import Message, register
from mail.models import State
from mail.outbox import NewMail, enqueue_many, latest
from mail.rendering import render
from organizations.emails.words import moment_in_words
from organizations.models import Membership, Organization, Role
from organizations.policies import holds, roles_within_reach

NOTICE = "organizations.access_ends"
DIGEST = "organizations.access_ends_digest"
A_WEEK, A_DAY = timedelta(days=7), timedelta(days=1)
NAMED = 20


def send_notices(memberships: Iterable[Membership]) -> None:
    """Tell each of them; the same end and the same `noticed_days` are told of once."""
    enqueue_many(
        [
            NewMail(
                NOTICE,
                f"access-ends:{one.pk}:{_said(one)}:{one.noticed_days}",
                {"membership": str(one.pk), "ends_at": _said(one)},
            )
            for one in memberships
        ]
    )


def send_digests(organization: Organization, ending: Sequence[Membership]) -> None:
    """Tell those who may extend at least one of them, in one mail a day.

    What a digest says is decided when it is sent: one that still waits tells of these people, too. Where today's is
    gone, tomorrow's tells of them, or one more where that would come too late.
    """
    at = now()
    roles = list(Role.objects.ever_of(organization))
    readers = [one for one in _readers(organization, at) if _extends_any(one, ending, roles, at)]
    keys = {one.user_id: f"access-ends-digest:{organization.pk}:{one.user_id}:{at.date()}" for one in readers}
    there = latest(keys.values())
    tomorrow = datetime.combine(at.date() + A_DAY, time(), UTC)
    too_late = min(one.ends_at for one in ending if one.ends_at) < tomorrow + A_DAY / 4
    mails = []
    for reader in readers:
        key, due_at = keys[reader.user_id], None
        if key in there and there[key].state != State.PENDING:
            key = f"{key}:{at.hour}" if too_late else key.replace(str(at.date()), str(tomorrow.date()))
            due_at = None if too_late else tomorrow
        ids = {"organization": str(organization.pk), "user": str(reader.user_id)}
        mails.append(NewMail(DIGEST, key, ids, due_at=due_at))
    enqueue_many(mails)


def build_notice(ids: dict[str, str]) -> Message | None:
    """The mail, or None where the end has moved, is past, or its person is gone."""
    rows = Membership.objects.select_related("organization", "user").filter(pk=ids["membership"], user__is_active=True)
    membership = rows.first()
    if membership is None or membership.ends_at is None or _said(membership) != ids["ends_at"]:
        return None
    if not membership.is_active_at(timezone.now()):
        return None
    organization, user = membership.organization, membership.user
    asked = membership.extensions.filter(status="pending").exists()
    with timezone.override(user.time_zone):
        until = moment_in_words(membership.ends_at, user)
    context = {
        "user": user,
        "organization": organization,
        "until": until,
        "asked": asked,
        "link": settings.BASE_URL + reverse("team:overview", args=[organization.slug]),
    }
    return render("organizations/email/access_ends", context, to=user.email)


def build_digest(ids: dict[str, str]) -> Message | None:
    """The mail, or None where by now nobody's access ends that its reader may extend."""
    at = timezone.now()
    rows = Membership.objects.able(at).select_related("organization", "role", "user")
    reader = rows.filter(organization_id=ids["organization"], user_id=ids["user"]).first()
    if reader is None or not holds(reader.as_actor(at), "members.update"):
        return None
    organization = reader.organization
    within = roles_within_reach(reader.as_actor(at), list(Role.objects.ever_of(organization)))
    ending = organization.memberships.ending(at, A_WEEK).exclude(pk=reader.pk)
    ending = ending.filter(Q(role=None) | Q(role__in=within))
    named = list(ending.order_by("ends_at", "id")[: NAMED + 1])
    if not named:
        return None
    count = len(named) if len(named) <= NAMED else ending.order_by().count()
    with timezone.override(reader.user.time_zone):
        people = [
            (one.label, one.email, moment_in_words(one.ends_at, reader.user)) for one in named[:NAMED] if one.ends_at
        ]
    context = {
        "user": reader.user,
        "organization": organization,
        "count": count,
        "people": people,
        "more": count - len(people),
        "link": f"{settings.BASE_URL}{reverse('team:members', args=[organization.slug])}?ends=yes&order=ends",
    }
    return render("organizations/email/access_ends_digest", context, to=reader.user.email)


def register_all() -> None:
    register(NOTICE, build_notice)
    register(DIGEST, build_digest)


def _readers(organization: Organization, at: datetime) -> list[Membership]:
    found = list(organization.memberships.running(at).select_related("role").order_by("id"))
    for one in found:
        one.organization = organization
    return found


def _extends_any(reader: Membership, ending: Sequence[Membership], roles: Sequence[Role], at: datetime) -> bool:
    actor = reader.as_actor(at)
    within: set[UUID | None] = {None, *(role.pk for role in roles_within_reach(actor, roles))}
    return bool(holds(actor, "members.update")) and any(one.role_id in within and one.pk != reader.pk for one in ending)


def _said(membership: Membership) -> str:
    return membership.ends_at.astimezone(UTC).isoformat() if membership.ends_at else ""
