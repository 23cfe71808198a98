"""What the clock does about invitations."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.actors import SYSTEM
from invitations.actions.reminding import remind
from invitations.actions.seats_freed import tell_of_free_seats
from invitations.bulk import lists
from invitations.models import Invitation, JoinRequest
from organizations.models import Organization

logger = logging.getLogger(__name__)


@shared_task(name="invitations.remind")
def remind_people() -> None:
    """Remind everyone who is due, organization by organization. Any number of workers may try at once."""
    due = Invitation.objects.to_remind(timezone.now()).order_by().values("organization")
    for organization in Organization.objects.filter(pk__in=due).order_by("id"):
        try:
            _remind(organization)
        except Exception:  # one organization must not keep the others waiting
            logger.exception("Nobody more was reminded of invitations to %s.", organization.pk)


@shared_task(name="invitations.forget_lists")
def forget_lists() -> None:
    lists.forget_old_lists()


@shared_task(name="invitations.seats_freed")
def seats_freed() -> None:
    """Tell those who wait for a seat where one is free."""
    waiting = JoinRequest.objects.waiting().order_by().values("organization")
    for organization in Organization.objects.filter(pk__in=waiting).order_by("id").iterator(chunk_size=100):
        try:
            tell_of_free_seats(actor=SYSTEM, organization=organization)
        except Exception:  # one organization must not keep the others waiting
            logger.exception("Nobody who waits for a seat of %s was told.", organization.pk)


def _remind(organization: Organization) -> None:
    batch = uuid7()
    while remind(actor=SYSTEM, organization=organization, batch=batch):
        pass
