"""Deactivating, reactivating and removing people: one or many, with what is written down and what ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from organizations.actions.group_places import add_to_group
from organizations.actions.groups import create_group
from organizations.actions.members import deactivate, reactivate, remove
from organizations.actions.outcome import Outcome
from organizations.models import GroupPlace, Membership, Organization
from organizations.signals import member_removed
from tests.factories import UserFactory, acting, crowd, end_at, found, give_role, join
from tests.factories import deactivate as deactivated_before
from tests.organizations.changing import assign, dismiss, names, restore, row, suspend, why_not
from tests.witness import counters, written

Deed = Callable[..., Outcome[Membership]]
DEEDS = {suspend: "member.deactivated", restore: "member.reactivated", dismiss: "member.removed"}


@pytest.fixture(params=DEEDS.items(), ids=lambda pair: pair[1])
def deed_and_event(request: pytest.FixtureRequest) -> tuple[Deed, str]:
    found: tuple[Deed, str] = request.param
    return found


def ready(deed: Deed, *people: Membership) -> None:
    """Only whoever is deactivated can be reactivated."""
    if deed is restore:
        for person in people:
            deactivated_before(person)


def test_access_ends_with_one_event_and_no_mail(org, owner, member):
    with written() as news:
        outcome = suspend(owner, member)
    assert outcome.done == [member]
    assert row(member)["status"] == "deactivated"
    assert row(member)["role_id"] == member.role_id
    assert news.actions == ["member.deactivated"]
    event = news.events[0]
    assert (event.chain_id, event.actor_label, event.target_label) == (org.pk, "Grace Okafor", "Mina Haddad")
    assert (event.before, event.after) == ({"status": "active"}, {"status": "deactivated"})
    assert news.mails == []
    assert counters(org) == (1, 1, 0)


def test_access_is_given_back_with_the_role_it_had(client_of, org, owner, member):
    browser = client_of(member)
    suspend(owner, member)
    assert browser.get("/o/marram/").status_code in (302, 403)
    with written() as news:
        assert names(restore(owner, member)) == {"Mina Haddad"}
    assert row(member)["status"] == "active"
    assert acting(member).grants == member.role.grant_set
    assert news.actions == ["member.reactivated"]
    assert (news.events[0].before, news.events[0].after) == ({"status": "deactivated"}, {"status": "active"})
    assert news.mails == []
    assert counters(org) == (2, 0, 0)
    assert client_of(member).get("/o/marram/").status_code == 200


def test_removing_ends_the_membership_and_keeps_the_account(client_of, org, owner, member):
    group = create_group(actor=acting(owner), organization=org, name="Field sales", description="")
    add_to_group(actor=acting(owner), group=group, memberships=[member])
    told: list[Membership] = []

    def hear(membership: Membership, **kwargs: object) -> None:
        told.append(Membership.objects.get(pk=membership.pk))

    member_removed.connect(hear)
    try:
        with written() as news:
            assert names(dismiss(owner, member)) == {"Mina Haddad"}
    finally:
        member_removed.disconnect(hear)
    assert told == [member]
    assert not row(member)
    assert not GroupPlace.objects.exists()
    assert news.actions == ["group.place_ended", "member.removed"]
    assert news.events[1].before == {"role": "Member", "status": "active"}
    assert {event.target_id for event in news.events} == {member.user_id}
    assert news.mails == []
    assert counters(org) == (1, 0, 0)
    assert User.objects.get(pk=member.user_id).is_active
    assert client_of(member).get("/o/marram/").status_code == 404
    assert client_of(member).get("/accounts/profile/").status_code == 200


def test_who_was_removed_can_be_invited_again(org, owner, member):
    dismiss(owner, member)
    again = join(owner, member.user, "viewer")
    assert again.pk != member.pk
    assert counters(org) == (2, 0, 0)


def test_deactivated_person_is_removed(org, owner, deactivated):
    with written() as news:
        dismiss(owner, deactivated)
    assert news.events[0].before == {"role": "Admin", "status": "deactivated"}
    assert counters(org) == (1, 0, 0)


@pytest.mark.parametrize("deed", DEEDS)
def test_doing_it_twice_changes_nothing(org, owner, member, deed):
    ready(deed, member)
    deed(owner, member)
    before = counters(org)
    with written() as news:
        outcome = deed(owner, member)
    assert outcome.done == []
    assert outcome.passed_over == []
    assert news.nothing
    assert counters(org) == before


def test_of_many_each_is_asked_about(org, owner, admin, member, viewer, deed_and_event):
    deed, event = deed_and_event
    ready(deed, member, viewer)
    second = join(owner, UserFactory(name="Otto Second"), "owner")
    ready(deed, second)
    with written() as news:
        outcome = deed(admin, member, second, viewer)
    assert names(outcome) == {"Mina Haddad", "Vera Lindqvist"}
    assert [(one.who, one.reason) for one in outcome.passed_over] == [
        ("Otto Second", "Otto Second owns Marram Instruments. Only an owner can change that.")
    ]
    assert news.actions == [event] * 2
    assert {one.target_label for one in news.events} == names(outcome)
    assert news.mails == []
    counters(org)


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("who", ["member", "viewer"])
def test_permission_is_needed(request, owner, who, deed):
    by, nobody = request.getfixturevalue(who), join(owner, UserFactory(name="Noel Nobody"))
    give_role(nobody, None)
    ready(deed, nobody)
    before = row(nobody)
    with written() as news:
        assert why_not(deed(by, nobody)) == {"Noel Nobody": "no_permission"}
    assert row(nobody) == before
    assert news.nothing


@pytest.mark.parametrize("deed", [deactivate, reactivate, remove])
def test_person_of_another_organization_is_not_found_and_stays(org, owner, outsider, other_org, deed):
    theirs = join(outsider, UserFactory(name="Lotte Lee"), "member")
    if deed is reactivate:
        deactivated_before(theirs)
    before = (row(theirs), counters(other_org))
    with written() as news:
        outcome = deed(actor=acting(owner), organization=org, memberships=[theirs])
    assert outcome.done == []
    assert outcome.passed_over == []
    assert (row(theirs), counters(other_org)) == before
    assert news.nothing


@pytest.mark.parametrize("deed", DEEDS)
def test_owner_of_another_organization_is_refused(outsider, member, deed):
    with written() as news, pytest.raises(PermissionDenied, match="no longer an active member"):
        deed(outsider, member)
    assert news.nothing


@pytest.mark.parametrize("deed", DEEDS)
def test_at_most_five_hundred_at_once(org, owner, deed):
    crowd(org, 501)
    people = list(org.memberships.filter(role__key="member"))
    with written() as news, pytest.raises(ValidationError) as mistake:
        deed(owner, *people)
    assert mistake.value.code == "too_many"
    assert news.nothing


# Seats and ends


def test_person_comes_back_as_far_as_seats_are_free(org, owner, member, viewer):
    suspend(owner, member, viewer)
    Organization.objects.filter(pk=org.pk).update(seat_limit=2)
    with written() as news:
        outcome = restore(owner, member, viewer)
    assert len(outcome.done) == 1
    assert list(why_not(outcome).values()) == ["no_seat"]
    assert outcome.passed_over[0].reason.startswith("No seat is free: Marram Instruments has 2.")
    assert news.actions == ["member.reactivated"]
    assert counters(org) == (2, 1, 0)


def test_seat_of_a_deactivated_person_is_free(org, owner, member):
    Organization.objects.filter(pk=org.pk).update(seat_limit=2)
    suspend(owner, member)
    join(owner, UserFactory(name="Nils New"))
    assert why_not(restore(owner, member)) == {"Mina Haddad": "no_seat"}


def test_access_past_its_end_is_not_given_back(org, owner, member):
    end_at(member, timezone.now() - timedelta(days=1))
    with written() as news:
        outcome = restore(owner, member)
    assert why_not(outcome) == {"Mina Haddad": "ended"}
    assert outcome.passed_over[0].reason == "The access of Mina Haddad has ended. Set a later end or none first."
    assert news.actions == ["member.lapsed"]


def test_access_that_is_given_back_still_ends_when_it_should(org, owner, member):
    end_at(member, timezone.now() + timedelta(days=1))
    suspend(owner, member)
    Organization.objects.filter(pk=org.pk).update(settles_at=None)
    restore(owner, member)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert acting(member).grants == frozenset()
        with written() as news:
            restore(owner, member)
    assert news.actions == ["member.lapsed"]
    assert counters(org) == (1, 1, 0)


# Sessions


def sessions(person: Membership) -> int:
    return int(UserSession.objects.filter(user=person.user_id).count())


def twice(browser_of: Callable[[Membership], Client], person: Membership) -> list[Client]:
    browsers = [browser_of(person), browser_of(person)]
    assert [browser.get("/accounts/profile/").status_code for browser in browsers] == [200, 200]
    assert sessions(person) == 2
    return browsers


@pytest.mark.parametrize("deed", [suspend, dismiss])
def test_who_loses_the_last_organization_is_signed_out_everywhere(signed_in, owner, member, deed):
    browsers = twice(signed_in, member)
    with written() as news:
        deed(owner, member)
    assert sessions(member) == 0
    assert [browser.get("/accounts/profile/").status_code for browser in browsers] == [302, 302]
    ended = [event for event in news.events if event.action == "account.session_ended"]
    assert [(event.chain_id, event.actor_label) for event in ended] == [(member.user_id, "Grace Okafor")] * 2


@pytest.mark.parametrize("deed", [suspend, dismiss])
def test_who_is_active_elsewhere_stays_signed_in(signed_in, owner, member, outsider, deed):
    join(outsider, member.user, "viewer")
    browsers = twice(signed_in, member)
    deed(owner, member)
    assert [browser.get("/accounts/profile/").status_code for browser in browsers] == [200, 200]
    assert [browser.get("/o/lee/").status_code for browser in browsers] == [200, 200]
    assert {browser.get("/o/marram/").status_code for browser in browsers} <= {403, 404}


@pytest.mark.parametrize("how", ["deactivated", "past the end"])
def test_membership_that_grants_nothing_keeps_no_session(signed_in, owner, member, outsider, how):
    elsewhere = join(outsider, member.user, "viewer")
    if how == "deactivated":
        deactivated_before(elsewhere)
    else:
        end_at(elsewhere, timezone.now() - timedelta(seconds=1))
    twice(signed_in, member)
    suspend(owner, member)
    assert sessions(member) == 0


def test_of_many_only_those_are_signed_out_who_lost_the_last_one(signed_in, owner, member, viewer, outsider):
    join(outsider, viewer.user, "viewer")
    for person in (member, viewer, owner):
        signed_in(person)
    suspend(owner, member, viewer)
    assert [sessions(person) for person in (member, viewer, owner)] == [0, 1, 1]


def test_refused_person_stays_signed_in(signed_in, owner, admin):
    browser = signed_in(owner)
    suspend(admin, owner)
    assert browser.get("/o/marram/").status_code == 200


def test_person_whose_role_is_taken_away_stays_signed_in(signed_in, owner, admin):
    browser = signed_in(admin)
    assign(owner, None, admin)
    assert browser.get("/accounts/profile/").status_code == 200


def test_removing_where_one_owns_keeps_the_one_owner(db):
    head = found(UserFactory(name="Hedda Head"), "Hill", "hill", "winery")
    admin = join(head, UserFactory(name="Ada Admin"), "admin")
    outcome = dismiss(head, admin, head)
    assert names(outcome) == {"Ada Admin"}
    assert row(head)["sole_owner"]
