"""What wants somebody: each a line of the overview, for whoever can do something about it, at most one query."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from audit.actors import Actor
from organizations.models import ExtensionStatus, Organization
from organizations.policies import holds, may_answer_extension

A_WEEK = timedelta(days=7)
MOST_REQUESTS = 5
COUNTED = 100


def more_time_asked(organization: Organization, actor: Actor) -> list[dict[str, str]]:
    """The oldest requests for more time that this actor may answer."""
    if not holds(actor, "members.update"):
        return []
    rows = organization.extensions.filter(status=ExtensionStatus.PENDING).select_related("membership__role")
    found = list(rows.order_by("id")[:MOST_REQUESTS])
    for one in found:
        one.membership.organization = organization
    return [
        {
            "icon": "clock",
            "kind": "wait",
            "what": f"{one.membership.label} asks for more time",
            "why": "You grant or refuse it.",
            "url": reverse("organizations:extension", args=[organization.slug, one.pk]),
            "verb": "Answer",
        }
        for one in found
        if may_answer_extension(actor, one.membership)
    ]


def access_ending(organization: Organization, actor: Actor, at: datetime) -> list[dict[str, str]]:
    """How many people's access ends within a week; beyond a hundred nobody counts."""
    if not holds(actor, "members.update") or not holds(actor, "members.read"):
        return []
    count = organization.memberships.ending(at, A_WEEK).order_by()[:COUNTED].count()
    if not count:
        return []
    whose = "1 person's" if count == 1 else f"{count} people's" if count < COUNTED else f"At least {COUNTED} people's"
    return [
        {
            "icon": "clock",
            "kind": "wait",
            "what": f"{whose} access ends within a week",
            "why": "It ends by itself unless somebody extends it.",
            "url": f"{reverse('team:members', args=[organization.slug])}?ends=yes&order=ends",
            "verb": "See whose",
        }
    ]


def mails_failed(organization: Organization, actor: Actor, at: datetime) -> list[dict[str, str]]:
    """How many invitations are open whose mail did not go out; beyond a hundred nobody counts."""
    if (
        not organization.reserved_seats
        or not holds(actor, "invitations.update")
        or not holds(actor, "invitations.read")
    ):
        return []
    count = organization.invitations.mail_failed(at).order_by()[:COUNTED].count()
    if not count:
        return []
    many = f"{count}" if count < COUNTED else f"At least {COUNTED}"
    return [
        {
            "icon": "mail-x",
            "kind": "wait",
            "what": "The mail of 1 invitation failed" if count == 1 else f"{many} invitations could not be mailed",
            "why": "Each says why. Correct the address, or send it again.",
            "url": f"{reverse('invitations:list', args=[organization.slug])}?status=failed",
            "verb": "See which",
        }
    ]
