"""What the clock brings: every night each chain is verified, sealed where it is whole, and freed of what is too old."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from audit.actors import SYSTEM
from audit.models import Chain, Event, Refused, Seal
from audit.retention import remove_before
from audit.sealing import seal
from audit.verifying import CHAIN_GONE, Verified, verify, without_chain

logger = logging.getLogger(__name__)


@shared_task(name="audit.verify")
def verify_chains() -> None:
    """Verify every chain, keep what came of it for the pages, and seal those that are whole."""
    for chain in Chain.objects.order_by("id").iterator(chunk_size=500):
        if finding := check(chain).finding:
            logger.error("The audit log %s is not whole. %s", chain.pk, finding)
    for chain_id in without_chain():
        logger.error("The audit log %s is not whole. %s", chain_id, CHAIN_GONE)


@shared_task(name="audit.remove_old")
def remove_old() -> None:
    """Remove whole days that are older than the deployment keeps events for; nothing, where it keeps them all.

    Nor of a chain that is not whole: the seal that is left would vouch for it, and what shows the damage would be gone.
    """
    if not settings.AUDIT_KEEP_DAYS:
        return
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    before = midnight - timedelta(days=settings.AUDIT_KEEP_DAYS)
    old = Event.objects.filter(at__lt=before).order_by().values_list("chain_id", flat=True).distinct()
    for chain in Chain.objects.filter(pk__in=list(old)):
        if finding := check(chain).finding:
            logger.error("Nothing was removed from the audit log %s, which is not whole. %s", chain.pk, finding)
        else:
            remove_before(actor=SYSTEM, chain_id=chain.pk, day=before)


def check(chain: Chain) -> Verified:
    """Verify one chain as it stands, keep what came of it, and seal it where it is whole."""
    found, now = verify(chain), timezone.now()
    Chain.objects.filter(pk=chain.pk).update(
        verified_at=now, verified_length=chain.length, finding=str(found.finding or "")[:300]
    )
    sealed = Seal.objects.filter(chain_id=chain.pk, number=chain.length).exists()
    if chain.length and not found.finding and not sealed:
        seal(chain, now).save()
    return found


@shared_task(name="audit.forget_refusals")
def forget_refusals() -> None:
    """Delete refusals of long ago; events stay."""
    Refused.objects.filter(at__lt=timezone.now() - timedelta(days=settings.REFUSALS["days"])).delete()
