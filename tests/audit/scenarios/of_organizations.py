"""What is done to an organization itself: settings, plan, ownership, domains."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from uuid_utils.compat import uuid7

from organizations.actions.counting import recount
from organizations.actions.domains import add_domain, prove_domain, remove_domain, restrict_domains, unprove_domain
from organizations.actions.following_schemes import follow_schemes
from organizations.actions.organizations import create_organization, settle_lapsed
from organizations.actions.ownership import (
    accept_ownership,
    appoint_owner,
    refuse_ownership,
    transfer_ownership,
    withdraw_ownership,
)
from organizations.actions.plans import ask_for_larger_plan, set_plan, set_seats
from organizations.actions.proving import ask_for_check, note_answer
from organizations.actions.settings import (
    approve_for_production,
    rename_organization,
    require_two_factor,
    switch_reminders,
)
from organizations.models import DnsAnswer, Domain, Membership, Organization
from tests.audit.telling import Cast, tells
from tests.factories import UserFactory, acting, end_at, found, join, offer, pending

THE_CLOCK = "the clock calls it"


@tells(create_organization, "another organization.created", "another member.added", by="stranger")
def an_organization_is_created(cast: Cast) -> dict[str, Any]:
    return {"user": cast.stranger, "name": "Duarte & Co", "slug": "duarte", "scheme": "standard"}


@tells(
    settle_lapsed,
    "org member.lapsed",
    "2 org invitation.expired",
    "org invitation.revoked",
    by="system",
    asks_nobody=THE_CLOCK,
)
def what_has_lapsed_is_settled(cast: Cast) -> dict[str, Any]:
    offer(cast.admin, "new@example.org")
    pending(cast.org, 2, ends=timezone.now() - timedelta(hours=1))
    end_at(cast.admin, timezone.now() - timedelta(hours=1))
    return {"organization": cast.org, "batch": uuid7()}


@tells(follow_schemes, "2 org member.owning_followed", by="system", asks_nobody="migrate calls it")
def a_scheme_says_anew_who_owns(cast: Cast) -> dict[str, Any]:
    Membership.objects.filter(pk=cast.owner.pk).update(owns=False)
    Membership.objects.filter(pk=cast.admin.pk).update(owns=True)
    return {"organizations": [cast.org]}


@tells(recount, by="system", asks_nobody=THE_CLOCK, silent="it mends a mistake of ours, which the log of errors tells")
def counters_are_mended(cast: Cast) -> dict[str, Any]:
    Organization.objects.filter(pk=cast.org.pk).update(active_members=99)
    return {"organization": cast.org}


@tells(rename_organization, "org organization.renamed")
def it_is_renamed(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "name": "Marram"}


@tells(require_two_factor, "org organization.two_factor_required")
def a_second_factor_is_required(cast: Cast) -> dict[str, Any]:
    Membership.objects.filter(pk=cast.owner.pk).update(two_factor=True)
    return {"organization": cast.org, "required": True}


@tells(switch_reminders, "org organization.reminders_switched")
def reminders_are_switched(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "reminders": not cast.org.reminders}


@tells(approve_for_production, "org organization.production_approved", by="staff")
def it_is_approved(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "approved": True}


@tells(set_seats, "org organization.seats_changed", by="staff")
def seats_are_set(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "seats": 9}


@tells(set_plan, "org organization.plan_changed", "org organization.seats_changed", by="staff")
def the_plan_is_set(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "plan": "Team", "seats": 9, "trial_cap": None, "trusted": True}


@tells(ask_for_larger_plan, "org organization.more_asked")
def more_is_asked_for(cast: Cast) -> dict[str, Any]:
    set_seats(actor=acting(cast.staff), organization=cast.org, seats=5)
    return {"organization": cast.org, "seats": 9, "addresses": None}


# Ownership, where one person has it and hands it on by an offer.


def head_and_heir(scheme: str = "partner-management") -> tuple[Membership, Membership]:
    head = found(UserFactory(name="Pia Head"), "Alliance", "alliance", scheme)
    return head, join(head, UserFactory(name="Hedy Heir"))


def offered() -> tuple[Membership, Membership, dict[str, Any]]:
    head, heir = head_and_heir()
    return head, heir, {"transfer": transfer_ownership(actor=acting(head), membership=heir)}


@tells(transfer_ownership, "another ownership.offered")
def ownership_is_offered(cast: Cast) -> dict[str, Any]:
    head, heir = head_and_heir()
    return {"actor": acting(head), "membership": heir}


@tells(transfer_ownership, "2 another member.role_changed", "another ownership.moved")
def ownership_moves_at_once(cast: Cast) -> dict[str, Any]:
    head, heir = head_and_heir("winery")
    return {"actor": acting(head), "membership": heir}


@tells(accept_ownership, "2 another member.role_changed", "another ownership.moved")
def ownership_is_accepted(cast: Cast) -> dict[str, Any]:
    _, heir, transfer = offered()
    return {"actor": acting(heir), **transfer}


@tells(refuse_ownership, "another ownership.refused")
def ownership_is_refused(cast: Cast) -> dict[str, Any]:
    _, heir, transfer = offered()
    return {"actor": acting(heir), **transfer}


@tells(withdraw_ownership, "another ownership.withdrawn")
def ownership_is_withdrawn(cast: Cast) -> dict[str, Any]:
    head, _, transfer = offered()
    return {"actor": acting(head), **transfer}


@tells(appoint_owner, "org member.role_changed", by="staff")
def staff_appoint_an_owner(cast: Cast) -> dict[str, Any]:
    return {"membership": cast.admin}


# Domains.


def domain(cast: Cast) -> Domain:
    return add_domain(actor=acting(cast.owner), organization=cast.org, name="own.example")


@tells(add_domain, "org domain.added")
def a_domain_is_named(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "name": "own.example"}


@tells(remove_domain, "org domain.removed")
def a_domain_is_removed(cast: Cast) -> dict[str, Any]:
    return {"domain": domain(cast)}


@tells(prove_domain, "org domain.proven", by="staff")
def a_domain_is_proven(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "name": "own.example"}


@tells(unprove_domain, "org domain.unproven", by="staff")
def a_domain_is_unproven(cast: Cast) -> dict[str, Any]:
    return {"domain": prove_domain(actor=acting(cast.staff), organization=cast.org, name="own.example")}


@tells(restrict_domains, "org organization.domains_restricted")
def domains_are_restricted(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "domains": ["own.example"]}


@tells(ask_for_check, silent="it hurries the clock, whose answer is the event")
def a_check_is_asked_for(cast: Cast) -> dict[str, Any]:
    return {"domain": domain(cast)}


def asked(cast: Cast) -> Domain:
    found = domain(cast)
    Domain.objects.filter(pk=found.pk).update(due_at=timezone.now())
    return Domain.objects.get(pk=found.pk)


@tells(note_answer, "org domain.proven", by="system", asks_nobody=THE_CLOCK)
def the_record_is_found(cast: Cast) -> dict[str, Any]:
    return {"domain": asked(cast), "answer": DnsAnswer.FOUND}


@tells(note_answer, "org domain.found_again", by="system", asks_nobody=THE_CLOCK)
def the_record_is_there_again(cast: Cast) -> dict[str, Any]:
    found, now = asked(cast), timezone.now()
    Domain.objects.filter(pk=found.pk).update(
        proven_at=now, proven_by="dns", misses=1, missing_since=now, answer="no_record"
    )
    return {"domain": Domain.objects.get(pk=found.pk), "answer": DnsAnswer.FOUND}


@tells(note_answer, "org domain.not_found", by="system", asks_nobody=THE_CLOCK)
def the_record_is_not_found(cast: Cast) -> dict[str, Any]:
    return {"domain": asked(cast), "answer": DnsAnswer.NO_RECORD}


@tells(note_answer, "org domain.not_found", "org domain.unproven", by="system", asks_nobody=THE_CLOCK)
def the_record_has_been_gone_for_long(cast: Cast) -> dict[str, Any]:
    found = asked(cast)
    long_ago = timezone.now() - timedelta(days=30)
    Domain.objects.filter(pk=found.pk).update(
        proven_at=long_ago, proven_by="dns", misses=9, missing_since=long_ago, answer="found"
    )
    return {"domain": Domain.objects.get(pk=found.pk), "answer": DnsAnswer.NO_RECORD}
