"""Nobody changes their own role: by no action, by no role they hold, by no place in a group. Leaving is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from organizations import builtin_roles
from organizations.actions.deleting_roles import delete_role
from organizations.actions.group_places import add_to_group, make_curators, remove_from_group, unmake_curators
from organizations.actions.groups import create_group, delete_group
from organizations.actions.members import leave
from organizations.actions.outcome import Outcome
from organizations.models import Group, Membership
from tests.factories import UserFactory, acting, found, give_role, join
from tests.organizations.changing import assign, dismiss, names, role_held, row, suspend, why_not
from tests.organizations.designing import design, hold, redesign
from tests.witness import written


@pytest.mark.parametrize("role", ["viewer", "member", "admin", "owner", None])
@pytest.mark.parametrize("who", ["owner", "admin"])
def test_nobody_gives_themselves_another_role(request, owner, who, role):
    person = request.getfixturevalue(who)
    join(owner, UserFactory(name="Otto Second"), "owner")  # so that no owner is the last one
    before = row(person)
    with written() as news:
        outcome = assign(person, role, person)
    assert why_not(outcome) == ({} if role == who else {person.label: "own_role"})
    if outcome.passed_over:
        assert outcome.passed_over[0].reason == "Nobody changes their own role. Ask someone else who may."
    assert row(person) == before
    assert news.nothing


@pytest.mark.parametrize("deed", [suspend, dismiss])
def test_nobody_deactivates_or_removes_themselves(admin, deed):
    with written() as news:
        outcome = deed(admin, admin)
    assert why_not(outcome) == {"Tomás Rivera": "oneself"}
    assert outcome.passed_over[0].reason.endswith("You can leave instead.")
    assert news.nothing


def test_among_many_oneself_is_passed_over(admin, member, viewer):
    outcome = assign(admin, "viewer", viewer, admin, member)
    assert names(outcome) == {"Mina Haddad"}
    assert why_not(outcome) == {"Tomás Rivera": "own_role"}
    assert role_held(admin) == "admin"


@pytest.mark.parametrize("grants", [("roles.update", "members.read", "members.delete"), ("roles.update",)])
def test_what_ones_own_role_may_do_is_not_edited(owner, admin, grants):
    lead = design(owner, "Lead", "roles.update", "roles.delete", "members.read", "members.delete")
    narrower = design(owner, "Narrower", "roles.update", "members.read")
    hold(narrower, admin)
    with written() as news, pytest.raises(ValidationError) as mistake:
        redesign(admin, narrower, *grants)
    assert mistake.value.code in ("own_role", "more_than_own")
    hold(lead, admin)
    with pytest.raises(ValidationError, match="You hold this role"):
        redesign(admin, lead, *grants)
    assert news.nothing
    assert acting(admin).grants == {"roles.update", "roles.delete", "members.read", "members.delete"}


def test_ones_own_role_is_not_deleted(owner, admin):
    lead = design(owner, "Lead", "roles.delete")
    hold(lead, admin)
    with written() as news, pytest.raises(PermissionDenied, match="You hold this role"):
        delete_role(actor=acting(admin), role=lead, move_to=None, invitations_to=None)
    assert role_held(admin) == "Lead"
    assert news.nothing


@pytest.mark.parametrize("who", ["admin", "member", "viewer"])
def test_everyone_may_leave(request, org, who):
    person = request.getfixturevalue(who)
    with written() as news:
        leave(actor=acting(person), membership=person)
    assert not row(person)
    assert news.actions == ["member.left"]


def test_who_has_no_role_may_leave(org, member):
    give_role(member, None)
    leave(actor=acting(member), membership=member)
    assert not row(member)


# By a curator's place, where a scheme lets those who belong arrange their group

CLUB = """\
key = "club"
label = "Club"
description = "A club whose groups look after themselves."

[ownership]
role = "head"
rule = "at-least-one"

[curators]
role = "captain"
instead_of = "player"

[[roles]]
key = "player"
label = "Player"
description = "Plays."
grants = ["organization.read", "groups.*@groups"]

[[roles]]
key = "captain"
label = "Captain"
description = "Leads a team."
grants = ["organization.read", "groups.*@groups"]

[[roles]]
key = "head"
label = "Head"
description = "Runs the club."
grants = ["*.*"]
"""


@pytest.fixture
def head(db: None, own_schemes: Path) -> Membership:
    (own_schemes / "club.toml").write_text(CLUB)
    builtin_roles.write("default")
    return found(UserFactory(name="Hedda Head"), "Rowing Club", "rowing", "club")


@pytest.fixture
def team(head: Membership) -> Group:
    return create_group(actor=acting(head), organization=head.organization, name="Eights", description="")


def player(head: Membership, name: str, *teams: Group, curating: bool = False) -> Membership:
    membership = join(head, UserFactory(name=name), "player")
    for group in teams:
        add_to_group(actor=acting(head), group=group, memberships=[membership])
        if curating:
            make_curators(actor=acting(head), group=group, memberships=[membership])
    return membership


def test_nobody_takes_the_role_of_curators(head, team):
    pia, paul = player(head, "Pia Player", team), player(head, "Paul Player", team)
    with written() as news:
        outcome = make_curators(actor=acting(pia), group=team, memberships=[pia, paul])
    assert why_not(outcome) == {"Pia Player": "own_role"}
    assert [role_held(pia), role_held(paul)] == ["player", "captain"]
    assert set(news.actions) == {"group.curator_made", "member.role_changed"}
    assert {event.target_label for event in news.events} == {"Paul Player"}


@pytest.mark.parametrize("deed", [unmake_curators, remove_from_group])
def test_nobody_gives_up_the_role_of_curators(head, team, deed: Callable[..., Outcome[Membership]]):
    cleo, carl = (player(head, name, team, curating=True) for name in ("Cleo Captain", "Carl Captain"))
    with written() as news:
        outcome = deed(actor=acting(cleo), group=team, memberships=[cleo, carl])
    assert why_not(outcome) == {"Cleo Captain": "own_role"}
    assert [role_held(cleo), role_held(carl)] == ["captain", "player"]
    assert {event.target_label for event in news.events} == {"Carl Captain"}
    assert team.places.curating().get().membership_id == cleo.pk


@pytest.mark.parametrize("deed", [unmake_curators, remove_from_group])
def test_one_of_two_places_may_be_given_up_since_the_role_stays(head, team, deed):
    fours = create_group(actor=acting(head), organization=head.organization, name="Fours", description="")
    cleo = player(head, "Cleo Captain", team, fours, curating=True)
    assert names(deed(actor=acting(cleo), group=fours, memberships=[cleo])) == {"Cleo Captain"}
    assert role_held(cleo) == "captain"


def test_group_with_which_the_own_role_goes_is_deleted_by_somebody_else(head, team):
    cleo = player(head, "Cleo Captain", team, curating=True)
    with written() as news, pytest.raises(PermissionDenied, match="Nobody changes their own role"):
        delete_group(actor=acting(cleo), group=team)
    assert news.nothing
    delete_group(actor=acting(head), group=team)
    assert role_held(cleo) == "player"
