"""Which email domains are an organization's own: named by its people, or noted by staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.addresses import normalise
from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.models import Domain, Organization, ProvenBy
from organizations.policies import MOST_DOMAINS

# Of what is no domain, where somebody restricts to a list of them.
MOST_SHOWN = 5
LONGEST_SHOWN = 60

_TAKEN = "It was just proven to be a domain of another organization. Look there first."


@action
def prove_domain(*, actor: Actor, organization: Organization, name: str) -> Domain:
    """Note that the domain is this organization's own; proving it twice changes nothing.

    Raises ValidationError (`invalid_domain`, `public`, `taken`) and PermissionDenied.
    """
    organization = locked(organization)
    name = as_domain(name)
    elsewhere = Domain.objects.proven().filter(name=name).select_related("organization").first()
    owner = elsewhere.organization if elsewhere else None
    decision = policies.may_prove_domain(actor, name, owner, organization)
    if decision.code == "staff_alone":
        decision.enforce()
    decision.demand()
    if elsewhere:
        return elsewhere
    try:
        with transaction.atomic():
            domain, _ = Domain.objects.update_or_create(
                organization=organization,
                name=name,
                # Staff's word needs no record: DNS is asked no more.
                defaults={"proven_at": current_act().now, "proven_by": ProvenBy.STAFF, "due_at": None},
            )
    except IntegrityError as taken:
        raise ValidationError(_TAKEN, code="taken") from taken
    record_about(events.DOMAIN_PROVEN, actor, domain, after={"by": ProvenBy.STAFF.value})
    return domain


@action
def unprove_domain(*, actor: Actor, domain: Domain) -> bool:
    """Note that the domain is no longer proven; whether it was. Raises PermissionDenied."""
    organization = locked(domain.organization_id)
    policies.may_unprove_domain(actor).enforce()
    found = organization.domains.filter(pk=domain.pk, proven_at__isnull=False).first()
    if found is None:
        return False
    withdraw_proof(found, actor=actor)
    return True


@action
def add_domain(*, actor: Actor, organization: Organization, name: str) -> Domain:
    """Name a domain as the organization's own; its record is still to be set and found. Twice changes nothing.

    Raises ValidationError (`invalid_domain`, `public`, `taken`, `too_many`) and PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.holds(actor, "domains.create").enforce()
    name = as_domain(name)
    if known := organization.domains.filter(name=name).first():
        return known
    taken = Domain.objects.proven().filter(name=name).exists()
    policies.may_add_domain(actor, name, organization.domains.count(), taken=taken).demand()
    domain = organization.domains.create(name=name, created_at=current_act().now)
    record_about(events.DOMAIN_ADDED, actor, domain)
    return domain


@action
def remove_domain(*, actor: Actor, domain: Domain) -> bool:
    """Take the domain off the list, with its proof; whether it stood there. Raises PermissionDenied."""
    organization = locked(domain.organization_id)
    actor = as_of_now(actor, organization)
    policies.may_remove_domain(actor).enforce()
    found = organization.domains.filter(pk=domain.pk).first()
    if found is None:
        return False
    record_about(events.DOMAIN_REMOVED, actor, found, before={"proven": "yes" if found.is_proven else "no"})
    found.delete()
    return True


@action
def restrict_domains(*, actor: Actor, organization: Organization, domains: Sequence[str]) -> None:
    """Let only addresses of these domains be invited and join, or with none of them any; who is there stays.

    Each counts exactly: a subdomain is a domain of its own. Raises ValidationError (`invalid_domain`, `too_many`) and
    PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_restrict_domains(actor).enforce()
    before, after = organization.allowed_domains, _as_domains(domains)
    if len(after) > MOST_DOMAINS:
        message = f"Name at most {MOST_DOMAINS} domains; these are {len(after):,}."
        raise ValidationError(message, code="too_many")
    if before == after:
        return
    organization.allowed_domains = after
    organization.save(update_fields=["allowed_domains"])
    record(
        events.DOMAINS_RESTRICTED,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        before={"domains": ", ".join(before) or "any"},
        after={"domains": ", ".join(after) or "any"},
    )


def as_domain(typed: str) -> str:
    """The domain as it is stored: as it stands after the @ of an address. Raises ValidationError (`invalid_domain`)."""
    try:
        return policies.domain_of(normalise(f"someone@{typed.strip().removeprefix('@')}"))
    except ValidationError as mistake:
        message = "This is not a domain, such as example.org."
        raise ValidationError(message, code="invalid_domain") from mistake


def _as_domains(typed: Sequence[str]) -> list[str]:
    """Each once, as they are stored. Raises ValidationError (`invalid_domain`) that says which of them are none."""
    found, wrong = set(), []
    for one in typed:
        try:
            found.add(as_domain(one))
        except ValidationError:
            wrong.append(one if len(one) <= LONGEST_SHOWN else f"{one[:LONGEST_SHOWN]}…")
    if wrong:
        those = ", ".join(wrong[:MOST_SHOWN]) + (f" and {len(wrong) - MOST_SHOWN:,} more" if wrong[MOST_SHOWN:] else "")
        message = f"{'This is not a domain' if len(wrong) == 1 else 'These are not domains'}: {those}."
        raise ValidationError(message, code="invalid_domain")
    return sorted(found)


def withdraw_proof(domain: Domain, *, actor: Actor, reason: str = "") -> None:
    """Write down that the domain is proven no more, with its event; for actions that have asked."""
    domain.proven_at, domain.proven_by, domain.due_at = None, "", None
    domain.misses, domain.missing_since = 0, None
    domain.save(update_fields=["proven_at", "proven_by", "due_at", "misses", "missing_since"])
    record_about(events.DOMAIN_UNPROVEN, actor, domain, after={"reason": reason} if reason else {})


def record_about(kind: EventKind, actor: Actor, domain: Domain, **changes: dict[str, Any]) -> None:
    record(
        kind,
        actor=actor,
        chain=domain.organization_id,
        target_id=domain.pk,
        target_label=domain.name,
        **changes,
    )
