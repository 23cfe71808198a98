"""The mails about more time: that somebody asks for it, and what came of that."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from audit.actions import now
from mail.kinds import Message, register
from mail.outbox import NewMail, enqueue, enqueue_many
from mail.rendering import render
from organizations.emails.words import moment_in_words
from organizations.models import Extension, ExtensionStatus, Membership
from organizations.policies import may_answer_extension

ASKED = "organizations.extension_asked"
ANSWERED = "organizations.extension_answered"


def send_asked(extension: Extension) -> None:
    """Tell everyone who may answer it."""
    organization, at = extension.organization, now()
    readers = organization.memberships.running(at).select_related("role")
    mails = []
    for reader in readers:
        reader.organization = organization
        if may_answer_extension(reader.as_actor(at), extension.membership):
            ids = {"extension": str(extension.pk), "reader": str(reader.pk)}
            mails.append(NewMail(ASKED, f"extension-asked:{extension.pk}:{reader.user_id}", ids))
    enqueue_many(mails)


def send_answered(extension: Extension) -> None:
    """Tell its person."""
    enqueue(ANSWERED, f"extension-answered:{extension.pk}", {"extension": str(extension.pk)})


def build_asked(ids: dict[str, str]) -> Message | None:
    """The mail, or None where it is answered already or its reader may no longer answer it."""
    at = timezone.now()
    extension = _extension(ids)
    reader = Membership.objects.able(at).select_related("organization", "role", "user").filter(pk=ids["reader"]).first()
    if extension is None or reader is None or extension.status != ExtensionStatus.PENDING:
        return None
    if not may_answer_extension(reader.as_actor(at), extension.membership):
        return None
    organization = extension.organization
    with timezone.override(reader.user.time_zone):
        until = moment_in_words(extension.ended_then, reader.user)
    context = {
        "user": reader.user,
        "organization": organization,
        "person": extension.membership,
        "until": until,
        "is_over": extension.ended_then <= at,
        "link": settings.BASE_URL + reverse("organizations:extension", args=[organization.slug, extension.pk]),
    }
    return render("organizations/email/extension_asked", context, to=reader.user.email)


def build_answered(ids: dict[str, str]) -> Message | None:
    """The mail, or None where its person is gone."""
    extension = _extension(ids)
    if extension is None or extension.status == ExtensionStatus.PENDING or not extension.membership.user.is_active:
        return None
    membership, organization = extension.membership, extension.organization
    user = membership.user
    with timezone.override(user.time_zone):
        until = moment_in_words(membership.ends_at, user) if membership.ends_at else ""
    context = {
        "user": user,
        "organization": organization,
        "granted": extension.status == ExtensionStatus.GRANTED,
        "answerer": extension.answerer_label,
        "until": until,
        "is_active": membership.is_active_at(timezone.now()),
        "link": settings.BASE_URL + reverse("team:overview", args=[organization.slug]),
    }
    return render("organizations/email/extension_answered", context, to=user.email)


def register_all() -> None:
    register(ASKED, build_asked)
    register(ANSWERED, build_answered)


def _extension(ids: dict[str, str]) -> Extension | None:
    rows = Extension.objects.select_related("organization", "membership__role", "membership__user")
    found = rows.filter(pk=ids["extension"]).first()
    if found:
        found.membership.organization = found.organization
    return found
