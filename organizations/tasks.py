"""Work that the clock brings."""

from celery import shared_task
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.actors import SYSTEM
from organizations.actions.organizations import settle_lapsed
from organizations.models import Organization


@shared_task(name="organizations.settle")
def settle() -> None:
    """Mark memberships and invitations that have lapsed, in transactions of at most 500 rows joined by a batch id."""
    for organization in Organization.objects.due_to_settle(timezone.now()).iterator(chunk_size=100):
        batch = uuid7()
        while settle_lapsed(actor=SYSTEM, organization=organization, batch=batch):
            pass
