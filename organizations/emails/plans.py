"""The mail that asks those who run Roster for a larger plan."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from audit.actions import now
from audit.actors import Actor
from mail.kinds import Message, register
from mail.outbox import NewMail, enqueue_many
from mail.rendering import render
from organizations.models import Organization

ASKED = "organizations.plan_asked"


def send_plan_asked(organization: Organization, actor: Actor, *, seats: int | None, addresses: int | None) -> None:
    """Tell the address that support reads, or where none is set everyone who administers this deployment."""
    staff = User.objects.filter(is_active=True, is_superuser=True).order_by("id")
    readers = [settings.SUPPORT_EMAIL] if settings.SUPPORT_EMAIL else list(staff.values_list("email", flat=True))
    ids = {"organization": str(organization.pk), "asker": str(actor.id or ""), "label": actor.label}
    ids |= {name: str(number) for name, number in (("seats", seats), ("addresses", addresses)) if number}
    key = f"plan-asked:{organization.pk}:{now():%Y%m%d%H%M}"
    enqueue_many([NewMail(ASKED, f"{key}:{one}", ids | {"to": one}) for one in readers])


def build_asked(ids: dict[str, str]) -> Message | None:
    """The mail, or None where the organization is gone."""
    organization = Organization.objects.filter(pk=ids["organization"]).first()
    if organization is None:
        return None
    context = {
        "organization": organization,
        "asker": User.objects.filter(pk=ids["asker"]).first() if ids["asker"] else None,
        "label": ids["label"],
        "seats": ids.get("seats", ""),
        "addresses": ids.get("addresses", ""),
        "link": settings.BASE_URL + reverse("admin:organizations_organization_change", args=[organization.pk]),
    }
    return render("organizations/email/plan_asked", context, to=ids["to"])


def register_all() -> None:
    register(ASKED, build_asked)
