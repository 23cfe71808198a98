"""Work that the clock brings."""

import logging
from time import monotonic

from celery import shared_task
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.actors import SYSTEM
from jobs.nudging import nudge
from organizations.actions.counting import recount
from organizations.actions.noticing import notice
from organizations.actions.organizations import settle_lapsed
from organizations.actions.proving import TASK as PROVE_DOMAINS
from organizations.actions.proving import note_answer
from organizations.asking_dns import ask
from organizations.models import Domain, Membership, Organization

logger = logging.getLogger(__name__)

SECONDS_PER_TASK = 60


@shared_task(name="organizations.settle")
def settle() -> None:
    """Mark memberships and invitations that have lapsed, in transactions of at most 500 rows joined by a batch id."""
    for organization in Organization.objects.due_to_settle(timezone.now()).iterator(chunk_size=100):
        try:
            _settle(organization)
        except Exception:  # one organization must not keep the others waiting
            logger.exception("Organization %s could not be settled.", organization.pk)


@shared_task(name="organizations.check_counters")
def check_counters() -> None:
    """Check the kept counters against a count, mend those that are wrong, and say so: that is a mistake of ours."""
    for organization in Organization.objects.iterator(chunk_size=100):
        if wrong := recount(actor=SYSTEM, organization=organization):
            logger.error("Counters of %s were wrong: %s.", organization.pk, "; ".join(wrong))


@shared_task(name="organizations.notice_ends")
def notice_ends() -> None:
    """Tell people whose access is about to end, and those who may extend it."""
    due = Membership.objects.unnoticed(timezone.now()).order_by().values("organization")
    for organization in Organization.objects.filter(pk__in=due).iterator(chunk_size=100):
        try:
            while notice(actor=SYSTEM, organization=organization):
                pass
        except Exception:  # one organization must not keep the others waiting
            logger.exception("Nobody was told whose access to %s ends.", organization.pk)


@shared_task(name=PROVE_DOMAINS)
def prove_domains() -> None:
    """Ask DNS for the records that are due, with no transaction open, then make room for other work."""
    until = monotonic() + SECONDS_PER_TASK
    for domain in list(Domain.objects.due(timezone.now())[:100]):
        if monotonic() > until:
            nudge(PROVE_DOMAINS)
            return
        try:
            note_answer(actor=SYSTEM, domain=domain, answer=ask(domain))
        except Exception:  # one domain must not keep the others waiting
            logger.exception("The domain %s could not be checked.", domain.pk)


def _settle(organization: Organization) -> None:
    batch = uuid7()
    while settle_lapsed(actor=SYSTEM, organization=organization, batch=batch):
        pass
