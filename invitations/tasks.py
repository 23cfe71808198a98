"""What the clock does about invitations."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.actors import SYSTEM
from invitations.actions.reminding import remind
from invitations.bulk import lists
from invitations.models import Invitation
from organizations.models import Organization


@shared_task(name="invitations.remind")
def remind_people() -> None:
    """Remind everyone who is due, organization by organization. Any number of workers may try at once."""
    due = Invitation.objects.to_remind(timezone.now()).order_by().values("organization")
    for organization in Organization.objects.filter(pk__in=due).order_by("id"):
        batch = uuid7()
        while remind(actor=SYSTEM, organization=organization, batch=batch):
            pass


@shared_task(name="invitations.forget_lists")
def forget_lists() -> None:
    lists.forget_old_lists()
