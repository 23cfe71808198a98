"""Proving a domain by a record in its DNS: asking for it, and writing down what was answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.actions import current_act
from audit.actors import Actor
from jobs.nudging import nudge
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.domains import record_about, withdraw_proof
from organizations.emails import domains as emails
from organizations.models import GONE, DnsAnswer, Domain, ProvenBy

TASK = "organizations.prove_domains"
WHEN_PROVEN = timedelta(days=7)
WHEN_MISSING = timedelta(days=1)
WHEN_SILENT = timedelta(hours=1)
# A new record takes its time to be seen everywhere: so long it is looked for without being asked.
LOOKED_FOR = timedelta(days=3)


@action
def ask_for_check(*, actor: Actor, domain: Domain) -> None:
    """Have DNS asked at once, by a worker; asking again before it has changes nothing.

    Raises ValidationError (`gone`) and PermissionDenied.
    """
    act = current_act()
    organization = locked(domain.organization_id)
    actor = as_of_now(actor, organization)
    policies.may_check_domain(actor).enforce()
    found = organization.domains.filter(pk=domain.pk).first()
    if found is None:
        message = "This domain is not on the list any more."
        raise ValidationError(message, code="gone")
    if found.proven_by == ProvenBy.STAFF or found.is_checking_at(act.now):
        return
    found.due_at = act.now
    found.save(update_fields=["due_at"])
    transaction.on_commit(lambda: nudge(TASK), robust=True)


@action
def note_answer(*, actor: Actor, domain: Domain, answer: DnsAnswer) -> None:
    """Write down what DNS answered to the question that was due: proven, missing, or nothing new.

    `domain` is the row as it was when DNS was asked: where an answer was written down meanwhile, this one is dropped.
    """
    act = current_act()
    organization = locked(domain.organization_id)
    found = organization.domains.filter(pk=domain.pk, due_at=domain.due_at).first()
    if found is None or found.due_at is None:
        return
    found.organization = organization
    before, found.answer, found.asked_at = found.answer, answer, act.now
    if answer == DnsAnswer.FOUND:
        _found(found, before, actor=actor)
    elif answer in GONE and found.is_proven:
        _missed(found, before, actor=actor)
    else:
        _not_yet(found, before, actor=actor)


def _found(domain: Domain, before: str, *, actor: Actor) -> None:
    act = current_act()
    domain.misses, domain.missing_since, domain.due_at = 0, None, act.now + WHEN_PROVEN
    is_new = not domain.is_proven
    if is_new:
        domain.proven_at, domain.proven_by = act.now, ProvenBy.DNS
    try:
        with transaction.atomic():
            domain.save()
    except IntegrityError:  # another organization has proven it
        domain.proven_at, domain.proven_by, domain.answer = None, "", DnsAnswer.TAKEN
        domain.due_at = None
        domain.save()
        _say_once(domain, before, actor=actor)
        return
    if is_new:
        record_about(events.DOMAIN_PROVEN, actor, domain, after={"by": ProvenBy.DNS.value})
    elif before != DnsAnswer.FOUND:  # that it was missed is an event, too
        record_about(
            events.DOMAIN_FOUND_AGAIN, actor, domain, before={"answer": before}, after={"answer": domain.answer}
        )


def _missed(domain: Domain, before: str, *, actor: Actor) -> None:
    """The record of a proven domain is gone: that counts for a while, then the proof ends and its keepers are told."""
    act = current_act()
    domain.misses += 1
    domain.missing_since = domain.missing_since or act.now
    domain.due_at = act.now + WHEN_MISSING
    domain.save()
    _say_once(domain, before, actor=actor)
    stands = policies.proof_stands(domain, act.now)
    if not stands:
        withdraw_proof(domain, actor=actor, reason=stands.reason)
        emails.send_unproven(domain)


def _not_yet(domain: Domain, before: str, *, actor: Actor) -> None:
    domain.due_at = _again_at(domain)
    domain.save()
    _say_once(domain, before, actor=actor)


def _again_at(domain: Domain) -> datetime | None:
    now = current_act().now
    if domain.is_proven:
        return now + (WHEN_MISSING if domain.missing_since else WHEN_SILENT)
    return now + WHEN_SILENT if now < domain.created_at + LOOKED_FOR else None


def _say_once(domain: Domain, before: str, *, actor: Actor) -> None:
    """An answer is an event when it is another one than before: the clock asks often."""
    if domain.answer != before:
        changes = {"before": {"answer": before}} if before else {}
        record_about(events.DOMAIN_NOT_FOUND, actor, domain, **changes, after={"answer": domain.answer})
