"""Nobody touches a superior, active or not; equals may. An owner is touched by an owner alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group, delete_group
from organizations.actions.outcome import Outcome
from organizations.models import Membership
from organizations.permissions import OWNERS_ALONE
from tests.factories import UserFactory, acting, deactivate, found, give_role, join, role_of
from tests.organizations.changing import (
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
from tests.organizations.designing import design, hold
from tests.witness import written

Deed = Callable[..., Outcome[Membership]]
RUNNING = ("roles.assign", "members.update", "members.delete")


@pytest.fixture
def lead(owner: Membership) -> Membership:
    """Changes, deactivates and removes people, and holds no more beside that than a viewer does."""
    membership = join(owner, UserFactory(name="Lena Lead"), "viewer")
    hold(design(owner, "Lead", *RUNNING, *role_of(owner.organization, "viewer").grants), membership)
    membership.refresh_from_db()
    return membership


@pytest.fixture
def vice(owner: Membership) -> Membership:
    """Holds everything that a role can hold which does not own."""
    membership = join(owner, UserFactory(name="Vic Vice"))
    hold(design(owner, "Vice", *(holding_everything(owner.organization) - OWNERS_ALONE)), membership)
    return membership


def untouched(deed: Deed, by: object, person: Membership) -> str:
    """The deed passes the person over as a superior, and nothing is written; answers the reason."""
    before = row(person)
    with written() as news:
        outcome = deed(by, person)
    assert not outcome.done
    assert why_not(outcome) == {person.label: "superior"}
    assert row(person) == before
    assert news.nothing
    return outcome.passed_over[0].reason


@pytest.mark.parametrize("deed", [demote, suspend, dismiss])
@pytest.mark.parametrize("who", ["member", "admin", "owner"])
def test_who_may_do_more_is_not_touched(request, lead, deed, who):
    untouched(deed, lead, request.getfixturevalue(who))


@pytest.mark.parametrize("deed", [demote, dismiss, restore])
@pytest.mark.parametrize("role", ["admin", "owner"])
def test_who_may_do_more_is_not_touched_while_deactivated(owner, lead, deactivated, deed, role):
    give_role(deactivated, role)
    untouched(deed, lead, deactivated)


@pytest.mark.parametrize("deed", [demote, suspend, dismiss])
@pytest.mark.parametrize(("by", "whom"), [("owner", "owner"), ("admin", "admin"), ("lead", "lead"), ("lead", None)])
def test_equals_and_those_below_are_touched(request, owner, deed, by, whom):
    actor, person = request.getfixturevalue(by), join(owner, UserFactory(name="Eva Equal"))
    if whom == "lead":
        hold(actor.role, person)
    else:
        give_role(person, whom)
    with written() as news:
        assert names(deed(actor, person)) == {"Eva Equal"}
    assert len(news.events) == 1
    assert news.mails == []


@pytest.mark.parametrize("deed", [demote, suspend, dismiss])
@pytest.mark.parametrize("who", ["admin", "vice"])
def test_owner_is_touched_by_an_owner_alone(request, owner, deed, who):
    second = join(owner, UserFactory(name="Otto Second"), "owner")
    reason = untouched(deed, request.getfixturevalue(who), second)
    assert reason == "Otto Second owns Marram Instruments. Only an owner can change that."
    assert names(deed(owner, second)) == {"Otto Second"}


@pytest.mark.parametrize("deed", [demote, dismiss, restore])
def test_deactivated_owner_is_touched_by_an_owner_alone(owner, vice, deed):
    second = join(owner, UserFactory(name="Otto Second"), "owner")
    deactivate(second)
    untouched(deed, vice, second)
    assert names(deed(owner, second)) == {"Otto Second"}


@pytest.mark.parametrize("deed", [demote, suspend, dismiss])
def test_software_with_every_grant_touches_no_owner(owner, deed):
    second = join(owner, UserFactory(name="Otto Second"), "owner")
    untouched(deed, token(*holding_everything(owner.organization)), second)


@pytest.mark.parametrize("deed", [demote, suspend, dismiss])
def test_of_many_the_superiors_are_passed_over(owner, lead, admin, member, viewer, deed):
    narrow, nobody = join(owner, UserFactory(name="Nia Narrow")), join(owner, UserFactory(name="Noel Nobody"))
    hold(design(owner, "Narrow", "members.read"), narrow)
    give_role(nobody, None)
    with written() as news:
        outcome = deed(lead, owner, admin, member, narrow, nobody)
    assert names(outcome) == {"Nia Narrow", "Noel Nobody"}
    assert why_not(outcome) == dict.fromkeys(["Grace Okafor", "Tomás Rivera", "Mina Haddad"], "superior")
    assert {one.reason for one in outcome.passed_over} == {
        "Grace Okafor owns Marram Instruments. Only an owner can change that.",
        "Tomás Rivera may do more than you may.",
        "Mina Haddad may do more than you may.",
    }
    assert {event.target_label for event in news.events} == names(outcome)


def test_deleting_a_group_lowers_no_superior(db):
    """With the last group they curate curators lose their role, so who may not touch them does not delete it."""
    asha = found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")
    corals = create_group(actor=acting(asha), organization=asha.organization, name="Corals", description="")
    curator, tidier = (join(asha, UserFactory(name=name), "basic") for name in ("Cora Curates", "Tim Tidier"))
    add_to_group(actor=acting(asha), group=corals, memberships=[curator])
    make_curators(actor=acting(asha), group=corals, memberships=[curator])
    hold(design(asha, "Tidier", "groups.read", "groups.delete"), tidier)
    with written() as news, pytest.raises(PermissionDenied, match="Cora Curates may do more than you may"):
        delete_group(actor=acting(tidier), group=corals)
    assert role_held(curator) == "curator"
    assert news.nothing
