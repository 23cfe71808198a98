"""The mail that a domain is proven no more: to those who can set its record again."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from audit.actions import now
from mail.kinds import Message, register
from mail.outbox import NewMail, enqueue_many
from mail.rendering import render
from organizations.models import Domain, Membership
from organizations.policies import holds

UNPROVEN = "organizations.domain_unproven"
READERS = 20


def send_unproven(domain: Domain) -> None:
    """Tell those who look after domains, the widest role first."""
    at = now()
    readers = domain.organization.memberships.holding("domains.update", at)[:READERS]
    key = f"domain-unproven:{domain.pk}:{at:%Y%m%d%H%M}"
    enqueue_many(
        [
            NewMail(UNPROVEN, f"{key}:{one.user_id}", {"domain": str(domain.pk), "reader": str(one.pk)})
            for one in readers
        ]
    )


def build_unproven(ids: dict[str, str]) -> Message | None:
    """The mail, or None where the domain is proven again or gone, or its reader looks after domains no more."""
    at = timezone.now()
    domain = Domain.objects.select_related("organization").filter(pk=ids["domain"], proven_at=None).first()
    reader = Membership.objects.able(at).select_related("organization", "role", "user").filter(pk=ids["reader"]).first()
    if domain is None or reader is None or not holds(reader.as_actor(at), "domains.update"):
        return None
    organization = domain.organization
    context = {
        "user": reader.user,
        "organization": organization,
        "domain": domain,
        "link": settings.BASE_URL + reverse("organizations:domain", args=[organization.slug, domain.pk]),
    }
    return render("organizations/email/domain_unproven", context, to=reader.user.email)


def register_all() -> None:
    register(UNPROVEN, build_unproven)
