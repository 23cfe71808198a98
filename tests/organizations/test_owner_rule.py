"""There is always an owner who can act, on every path and under both rules; staff alone may do otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actions import set_account_active
from accounts.models import User
from organizations.actions.members import leave
from organizations.actions.outcome import Outcome
from organizations.actions.ownership import appoint_owner
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, deactivate, end_at, found, give_role, join
from tests.organizations.changing import (
    assign,
    demote,
    dismiss,
    holding_everything,
    names,
    restore,
    role_held,
    row,
    suspend,
    token,
    why_not,
)
from tests.witness import counters, written

Deed = Callable[..., Outcome[Membership]]


def unassign(by: object, *people: Membership) -> Outcome[Membership]:
    return assign(by, None, *people)  # type: ignore[arg-type]


DEEDS = [demote, unassign, suspend, dismiss]
SCHEMES = {"standard": "last_owner", "winery": "transfer_only", "partner-management": "transfer_only"}


@pytest.fixture
def second(owner: Membership) -> Membership:
    """Another owner of Marram Instruments."""
    return join(owner, UserFactory(name="Otto Second", email="otto@marram.example.org"), "owner")


def account_closed(membership: Membership) -> None:
    User.objects.filter(pk=membership.user_id).update(is_active=False)


def second_factor_missing(membership: Membership) -> None:
    """The organization requires one, and everyone else here has it."""
    Organization.objects.filter(pk=membership.organization_id).update(two_factor_required=True)
    Membership.objects.exclude(pk=membership.pk).update(two_factor=True)


CANNOT_ACT = [deactivate, account_closed, second_factor_missing]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(("scheme", "code"), SCHEMES.items())
def test_last_owner_stays_even_where_staff_ask(staff, deed, scheme, code):
    head = found(UserFactory(name="Hedda Head"), "Hill", "hill", scheme)
    before = row(head)
    with written() as news:
        outcome = deed(acting(staff), head)
    assert why_not(outcome) == {"Hedda Head": code}
    assert row(head) == before
    assert news.nothing
    assert counters(head.organization) == (1, 0, 0)


@pytest.mark.parametrize("deed", DEEDS)
def test_software_of_an_owner_touches_no_owner(owner, second, deed):
    """A token never owns, whoever made it."""
    software = token(*holding_everything(owner.organization), owns=True)
    with written() as news:
        outcome = deed(software, owner, second)
    assert why_not(outcome) == {"Grace Okafor": "superior", "Otto Second": "superior"}
    assert news.nothing


@pytest.mark.parametrize("cannot_act", CANNOT_ACT)
@pytest.mark.parametrize("deed", DEEDS)
def test_owner_who_cannot_act_is_no_other_owner(org, owner, second, staff, deed, cannot_act):
    cannot_act(second)
    with written() as news:
        outcome = deed(acting(staff), owner)
    assert why_not(outcome) == {"Grace Okafor": "last_owner"}
    assert outcome.passed_over[0].reason == (
        "Grace Okafor is the last owner of Marram Instruments. Make someone else an owner first."
    )
    assert news.nothing


@pytest.mark.parametrize("cannot_act", CANNOT_ACT)
@pytest.mark.parametrize("deed", [demote, dismiss])
def test_owner_who_cannot_act_may_be_changed(owner, second, deed, cannot_act):
    cannot_act(second)
    assert names(deed(owner, second)) == {"Otto Second"}


@pytest.mark.parametrize("deed", DEEDS)
def test_of_all_owners_at_once_one_stays(org, owner, second, staff, deed):
    third = join(owner, UserFactory(name="Thea Third"), "owner")
    with written() as news:
        outcome = deed(acting(staff), owner, second, third)
    assert len(outcome.done) == 2
    assert list(why_not(outcome).values()) == ["last_owner"]
    assert org.memberships.filter(owns=True, status="active").count() == 1
    assert len(news.events) == 2
    counters(org)


@pytest.mark.parametrize("deed", DEEDS)
def test_owner_who_names_all_owners_stays(org, owner, second, deed):
    outcome = deed(owner, owner, second)
    assert names(outcome) == {"Otto Second"}
    assert list(why_not(outcome)) == ["Grace Okafor"]
    assert row(owner)["owns"]


def test_account_that_owns_is_deactivated_by_staff(org, owner, staff):
    with written() as news:
        assert set_account_active(actor=acting(staff), user=owner.user, active=False)
    assert sorted(news.actions) == ["account.deactivated", "member.account_deactivated"]
    assert row(owner)["owns"]
    assert not org.memberships.owners(owner.joined_at).exists()


def test_staff_appoint_an_owner_where_none_can_act(org, owner, admin, staff):
    account_closed(owner)
    with written() as news:
        appoint_owner(actor=acting(staff), membership=admin)
    assert role_held(admin) == "owner"
    assert news.actions == ["member.role_changed"]
    assert (news.events[0].actor_kind, news.events[0].after["role"]) == ("staff", "Owner")


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_nobody_but_staff_appoints_an_owner(request, owner, who, member):
    actor = acting(request.getfixturevalue(who))
    with written() as news, pytest.raises(PermissionDenied, match="Only staff"):
        appoint_owner(actor=actor, membership=member)
    assert news.nothing


# Who becomes an owner


def ends(membership: Membership) -> None:
    end_at(membership, membership.joined_at.replace(year=2100))


@pytest.mark.parametrize(
    ("how", "code"),
    [(deactivate, "not_active"), (account_closed, "not_active"), (second_factor_missing, "two_factor"), (ends, "ends")],
)
def test_owner_is_somebody_who_can_act_with_no_end_in_sight(owner, member, how, code):
    how(member)
    with written() as news:
        assert why_not(assign(owner, "owner", member)) == {"Mina Haddad": code}
    assert role_held(member) == "member"
    assert news.nothing


@pytest.mark.parametrize("by", ["head", "staff"])
def test_where_one_owns_nobody_is_given_that_role(staff, by):
    head = found(UserFactory(name="Hedda Head"), "Hill", "hill", "winery")
    member = join(head, UserFactory(name="Max Member"))
    with written() as news:
        outcome = assign(acting(staff) if by == "staff" else head, "owner", member)
    assert why_not(outcome) == {"Max Member": "transfer_only"}
    assert news.nothing


def test_owner_who_was_suspended_is_one_again(owner, second):
    suspend(owner, second)
    assert row(second)["owns"]
    assert names(restore(owner, second)) == {"Otto Second"}
    leave(actor=acting(owner), membership=owner)
    assert not row(owner)


def test_demoted_owner_no_longer_owns(owner, second):
    assign(owner, "admin", second)
    assert not row(second)["owns"]
    give_role(second, "owner")
    assert acting(second).owns
