"""Changing roles, one person's or many's: what is written down, and who is passed over and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from organizations.actions.assigning import change_role
from organizations.models import Membership, Role
from tests.factories import UserFactory, acting, crowd, deactivate, end_at, found, give_role, join, role_of
from tests.organizations.changing import assign, holding_everything, names, role_held, row, why_not
from tests.organizations.designing import design, hold
from tests.witness import counters, written


def test_role_is_changed_with_one_event_and_no_mail(org, owner, member):
    with written() as news:
        outcome = assign(owner, "admin", member)
    assert outcome.done == [member]
    assert outcome.passed_over == []
    assert role_held(member) == "admin"
    assert news.actions == ["member.role_changed"]
    event = news.events[0]
    assert (event.chain_id, event.actor_id, event.actor_label) == (org.pk, owner.user_id, "Grace Okafor")
    assert (event.target_id, event.target_label) == (member.user_id, "Mina Haddad")
    assert (event.before, event.after) == ({"role": "Member"}, {"role": "Admin"})
    assert news.mails == []
    assert counters(org) == (2, 0, 0)


def test_role_is_taken_away_and_given_again(org, owner, member):
    with written() as news:
        assign(owner, None, member)
        assert role_held(member) is None
        assign(owner, "viewer", member)
    assert role_held(member) == "viewer"
    assert [(event.before["role"], event.after["role"]) for event in news.events] == [
        ("Member", "no role"),
        ("no role", "Viewer"),
    ]
    assert counters(org) == (2, 0, 0)


@pytest.mark.parametrize("role", ["member", None])
def test_nothing_is_written_where_nothing_would_change(owner, member, role):
    give_role(member, role)
    with written() as news:
        outcome = assign(owner, role, member)
    assert outcome.done == []
    assert outcome.passed_over == []
    assert news.nothing


def test_deactivated_person_gets_another_role_and_stays_deactivated(org, owner, deactivated):
    assign(owner, "viewer", deactivated)
    assert role_held(deactivated) == "viewer"
    assert row(deactivated)["status"] == "deactivated"
    assert counters(org) == (1, 1, 0)


def test_many_are_each_asked_about(owner, admin, member, viewer, deactivated):
    second = join(owner, UserFactory(name="Otto Second"), "owner")
    with written() as news:
        outcome = assign(admin, "member", owner, second, admin, member, viewer, deactivated)
    assert names(outcome) == {"Vera Lindqvist", "Dario Conti"}
    assert {one.who: one.reason for one in outcome.passed_over} == {
        "Grace Okafor": "Grace Okafor owns Marram Instruments. Only an owner can change that.",
        "Otto Second": "Otto Second owns Marram Instruments. Only an owner can change that.",
        "Tomás Rivera": "Nobody changes their own role. Ask someone else who may.",
    }
    assert [role_held(one) for one in (owner, second, admin, member, viewer, deactivated)] == [
        "owner",
        "owner",
        "admin",
        "member",
        "member",
        "member",
    ]
    assert news.actions == ["member.role_changed"] * 2
    assert {event.target_label for event in news.events} == names(outcome)
    assert news.mails == []


def test_person_named_twice_is_changed_once(owner, member):
    with written() as news:
        assert len(assign(owner, "viewer", member, member).done) == 1
    assert news.actions == ["member.role_changed"]


def test_five_hundred_at_once_and_not_one_more(org, owner, admin):
    crowd(org, 500)
    people = list(org.memberships.filter(role__key="member").order_by("pk"))
    with written() as news, pytest.raises(ValidationError) as mistake:
        assign(owner, "viewer", *people, admin)
    assert mistake.value.code == "too_many"
    assert mistake.value.messages == ["At most 500 people at a time; these are 501. Take them in parts."]
    assert news.nothing
    with written() as news:
        assert len(assign(owner, "viewer", *people).done) == 500
    assert news.actions == ["member.role_changed"] * 500
    assert counters(org) == (502, 0, 500)


def test_person_of_another_organization_is_not_found_and_stays(org, owner, member, other_org, outsider):
    theirs = join(outsider, UserFactory(name="Lotte Lee"), "member")
    before = row(theirs)
    with written() as news:
        outcome = change_role(
            actor=acting(owner), organization=org, memberships=[theirs, member], role=role_of(org, "viewer")
        )
    assert outcome.done == [member]
    assert outcome.passed_over == []
    assert row(theirs) == before
    assert {event.chain_id for event in news.events} == {org.pk}


def unknown(news_of: Membership, role: Role, person: Membership) -> None:
    with written() as news, pytest.raises(ValidationError) as mistake:
        assign(news_of, role, person)
    assert mistake.value.code == "unknown_role"
    assert role_held(person) == "member"
    assert news.nothing


def test_role_of_another_organization_is_none(owner, member, outsider):
    unknown(owner, design(outsider, "Helper", "members.read"), member)


def test_role_of_another_scheme_is_none(db, owner, member):
    winery = found(UserFactory(), "Hill Winery", "hill", "winery")
    unknown(owner, role_of(winery.organization, "member"), member)


def test_retired_role_is_given_to_nobody_and_may_be_left(org, owner, admin, member):
    viewer = role_of(org, "viewer")
    give_role(admin, "viewer")
    Role.objects.filter(pk=viewer.pk).update(retired=True)
    unknown(owner, viewer, member)
    assign(owner, "member", admin)
    assert role_held(admin) == "member"


def test_role_that_was_deleted_meanwhile_is_none(owner, member):
    role = design(owner, "Helper", "members.read")
    Role.objects.filter(pk=role.pk).delete()
    unknown(owner, role, member)


def test_role_is_asked_as_it_is_now(owner, admin, member):
    role = design(owner, "Helper", "members.read")
    lead = design(owner, "Lead", "members.read", "invitations.read", "roles.read", "groups.read", "organization.read",
                  "roles.assign")  # fmt: skip
    hold(lead, admin)
    Role.objects.filter(pk=role.pk).update(grants=["members.read", "members.delete"])
    assert why_not(assign(admin, role, member)) == {"Mina Haddad": "more_than_own"}


@pytest.mark.parametrize("who", ["viewer", "member"])
def test_giving_roles_needs_the_permission(request, org, owner, admin, who):
    """Not even to somebody who may do nothing at all."""
    by, newcomer = request.getfixturevalue(who), join(owner, UserFactory(name="Nils New"))
    give_role(newcomer, None)
    with written() as news:
        outcome = assign(by, "viewer", newcomer)
    assert why_not(outcome) == {"Nils New": "no_permission"}
    assert outcome.passed_over[0].reason == "Your role does not include roles.assign."
    assert news.nothing


def test_grants_that_somebody_claims_count_for_nothing(org, viewer, member):
    claimed = replace(acting(viewer), grants=holding_everything(org), owns=True)
    with written() as news:
        assert why_not(assign(claimed, "admin", member)) == {"Mina Haddad": "no_permission"}
    assert news.nothing


def test_place_that_somebody_claims_is_not_theirs(org, owner, viewer, member):
    """Whose membership it is says the person's own id alone."""
    claimed = replace(acting(owner), id=viewer.user_id)
    assert why_not(assign(claimed, "admin", member)) == {"Mina Haddad": "no_permission"}


def test_owner_of_another_organization_gives_no_role_here(outsider, member):
    with written() as news, pytest.raises(PermissionDenied, match="no longer an active member of Marram Instruments"):
        assign(outsider, "viewer", member)
    assert news.nothing


def account_closed(membership: Membership) -> None:
    User.objects.filter(pk=membership.user_id).update(is_active=False)


def gone(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).delete()


def lapsed(membership: Membership) -> None:
    end_at(membership, timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("meanwhile", [deactivate, account_closed, gone, lapsed])
def test_who_is_no_longer_here_gives_no_role(admin, member, meanwhile):
    actor = acting(admin)
    meanwhile(admin)
    with written() as news, pytest.raises(PermissionDenied, match="no longer an active member"):
        assign(actor, "viewer", member)
    assert role_held(member) == "member"
    assert [event.action for event in news.events] in ([], ["member.lapsed"])


def test_who_was_demoted_meanwhile_gives_no_role(admin, member):
    actor = acting(admin)
    give_role(admin, "viewer")
    assert why_not(assign(actor, "viewer", member)) == {"Mina Haddad": "no_permission"}
