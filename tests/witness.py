"""What the tests look at: what was written down, what was mailed, and whether the counters are true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from audit.actors import SYSTEM
from audit.models import Event
from mail.models import Mail
from mail.sending import send_due
from organizations.actions.counting import recount
from organizations.models import Organization


@dataclass
class Written:
    """The events (oldest first) and the mails of the outbox that a story left behind."""

    events: list[Event] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    @property
    def actions(self) -> list[str]:
        return [event.action for event in self.events]

    @property
    def nothing(self) -> bool:
        return not self.events and not self.mails


@contextmanager
def written() -> Iterator[Written]:
    """Collects what is written down and put into the outbox meanwhile, whatever comes of it."""
    events = list(Event.objects.values_list("pk", flat=True))
    mails = list(Mail.objects.values_list("pk", flat=True))
    news = Written()
    try:
        yield news
    finally:
        news.events = list(Event.objects.exclude(pk__in=events).order_by("chain_id", "number"))
        news.mails = list(Mail.objects.exclude(pk__in=mails).order_by("pk"))


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that comes to nothing after all."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def deliver() -> list[EmailMultiAlternatives]:
    """Send what waits in the outbox; answers the letters that went out."""
    before = len(mail.outbox)
    send_due()
    return mail.outbox[before:]  # type: ignore[return-value]


def link_in(letter: EmailMultiAlternatives) -> str:
    """The path of the invitation's link in the letter's plain text."""
    found = re.search(r"https?://\S+/i/\S+/", str(letter.body))
    assert found, letter.body
    return urlsplit(found.group()).path


def counters(organization: Organization) -> tuple[int, int, int]:
    """Active and deactivated members and reserved seats: as kept, having made sure that a count says the same."""
    organization.refresh_from_db()
    kept = (organization.active_members, organization.deactivated_members, organization.reserved_seats)
    memberships = organization.memberships
    counted = (
        memberships.filter(status="active").count(),
        memberships.filter(status="deactivated").count(),
        organization.invitations.filter(status="pending").count(),
    )
    assert kept == counted
    assert recount(actor=SYSTEM, organization=organization) == []
    return kept
