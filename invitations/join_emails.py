"""The mails about joining without an invitation: that somebody asks, what came of it, that a seat is free."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.actions import now
from invitations.models import JoinRequest, JoinStatus, WayKind
from invitations.policies import may_answer_requests
from mail.kinds import Message, register
from mail.outbox import NewMail, enqueue, enqueue_many
from mail.rendering import render
from organizations.models import Membership

ASKED = "invitations.join_asked"
ANSWERED = "invitations.join_answered"
SEAT_FREE = "invitations.seat_free"
READERS = 20


def send_asked(asked: JoinRequest) -> None:
    """Tell those who may answer, the widest role first."""
    readers = asked.organization.memberships.holding("invitations.create", now())[:READERS]
    key = f"join-asked:{asked.pk}:{asked.asked_at:%Y%m%d%H%M%S}"
    enqueue_many([NewMail(ASKED, f"{key}:{one.user_id}", _ids(asked) | {"reader": str(one.pk)}) for one in readers])


def send_answered(asked: JoinRequest) -> None:
    """Tell its person."""
    enqueue(ANSWERED, f"join-answered:{asked.pk}", _ids(asked))


def send_seat_free(told: Sequence[JoinRequest]) -> None:
    """Tell those who wait, each once for the moment at which a seat was free."""
    enqueue_many([NewMail(SEAT_FREE, f"seat-free:{one.pk}:{one.told_at:%Y%m%d%H%M%S}", _ids(one)) for one in told])


def build_asked(ids: dict[str, str]) -> Message | None:
    """The mail, or None where it is answered already or its reader may answer no more."""
    asked = _requests(ids).filter(status=JoinStatus.PENDING).first()
    rows = Membership.objects.able(timezone.now()).select_related("organization", "role", "user")
    reader = rows.filter(pk=ids["reader"]).first()
    if asked is None or reader is None or reader.organization_id != asked.organization_id:
        return None
    if not may_answer_requests(reader.as_actor(timezone.now())):
        return None
    page = reverse("invitations:request", args=[asked.organization.slug, asked.pk])
    context = {"user": reader.user, "asked": asked, "organization": asked.organization}
    return render("invitations/email/join_asked", context | {"link": settings.BASE_URL + page}, to=reader.user.email)


def build_answered(ids: dict[str, str]) -> Message | None:
    """The mail, or None where its person is gone."""
    asked = _requests(ids).filter(status__in=[JoinStatus.APPROVED, JoinStatus.REFUSED], user__is_active=True).first()
    if asked is None:
        return None
    approved = asked.status == JoinStatus.APPROVED
    slug = asked.organization.slug
    page = reverse("team:overview", args=[slug]) if approved else reverse("team:organizations")
    context = {"user": asked.user, "asked": asked, "organization": asked.organization, "approved": approved}
    return render("invitations/email/join_answered", context | {"link": settings.BASE_URL + page}, to=asked.user.email)


def build_seat_free(ids: dict[str, str]) -> Message | None:
    """The mail, or None where the seat is taken again or its person waits no longer."""
    asked = _requests(ids).filter(status=JoinStatus.WAITING, user__is_active=True).exclude(told_at=None).first()
    if asked is None or asked.organization.seats_free == 0:
        return None
    if asked.via == WayKind.LINK:
        page = reverse("invitations:join_link", args=[asked.link_id]) if asked.link_id else ""
    else:
        page = reverse("invitations:join", args=[asked.organization.slug])
    if not page:
        return None
    context = {"user": asked.user, "organization": asked.organization, "link": settings.BASE_URL + page}
    return render("invitations/email/seat_free", context, to=asked.user.email)


def register_all() -> None:
    register(ASKED, build_asked)
    register(ANSWERED, build_answered)
    register(SEAT_FREE, build_seat_free)


def _ids(asked: JoinRequest) -> dict[str, str]:
    return {"request": str(asked.pk)}


def _requests(ids: dict[str, str]) -> QuerySet[JoinRequest]:
    return JoinRequest.objects.select_related("organization", "user", "role").filter(pk=ids["request"])
