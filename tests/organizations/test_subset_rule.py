"""Nobody gives what they do not hold: by a role, by an invitation, by what a role may do, by a place in a group."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from invitations.actions.offering import invite
from organizations.actions.deleting_roles import delete_role
from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group
from organizations.actions.members import reactivate
from organizations.models import Group, Membership, Role
from tests.factories import UserFactory, acting, deactivate, found, give_role, join, role_of
from tests.organizations.changing import assign, names, restore, role_held, why_not
from tests.organizations.designing import design, hold, redesign
from tests.witness import counters, written

VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


@pytest.fixture
def lead(owner: Membership) -> Membership:
    """Gives roles and invites, and holds no more beside that than a viewer does."""
    membership = join(owner, UserFactory(name="Lena Lead"), "viewer")
    hold(design(owner, "Lead", *VIEWERS, "roles.assign", "roles.update", "invitations.create"), membership)
    return membership


def newcomer(owner: Membership, name: str) -> Membership:
    """Somebody who has no role yet."""
    membership = join(owner, UserFactory(name=name), Role.objects.of(owner.organization).by_hand()[0].key)
    give_role(membership, None)
    return membership


@pytest.mark.parametrize(
    ("giver", "role", "refused"),
    [
        ("owner", "owner", None),
        ("owner", "admin", None),
        ("admin", "owner", "owners_alone"),
        ("admin", "admin", None),
        ("admin", "viewer", None),
        ("lead", "admin", "more_than_own"),
        ("lead", "member", "more_than_own"),
        ("lead", "viewer", None),
    ],
)
def test_a_role_is_given_by_who_holds_all_of_it(request, owner, giver, role, refused):
    by, nils = request.getfixturevalue(giver), newcomer(owner, "Nils New")
    with written() as news:
        outcome = assign(by, role, nils)
    if refused:
        assert why_not(outcome) == {"Nils New": refused}
        assert role_held(nils) is None
        assert news.nothing
    else:
        assert role_held(nils) == role
        assert news.actions == ["member.role_changed"]


def test_of_many_those_are_given_it_who_stand_no_higher(owner, lead, member, viewer):
    people = [newcomer(owner, "Nils New"), newcomer(owner, "Nora New"), member, owner, lead]
    outcome = assign(lead, "viewer", *people)
    assert names(outcome) == {"Nils New", "Nora New"}
    assert why_not(outcome) == {"Mina Haddad": "superior", "Grace Okafor": "superior", "Lena Lead": "own_role"}
    refused = assign(lead, "member", *people)
    assert not refused.done
    assert why_not(refused)["Nils New"] == "more_than_own"


@pytest.mark.parametrize(
    ("giver", "role", "may"),
    [
        ("owner", "owner", True),
        ("admin", "owner", False),
        ("admin", "admin", True),
        ("lead", "member", False),
        ("lead", "viewer", True),
    ],
)
def test_invited_to_a_role_by_who_holds_all_of_it(request, org, giver, role, may):
    by = request.getfixturevalue(giver)
    before = counters(org)
    offer = {"organization": org, "addresses": ["a@x.org", "b@x.org"], "role": role_of(org, role), "days": 7}
    with written() as news:
        if may:
            invite(actor=acting(by), **offer)
        else:
            with pytest.raises(PermissionDenied):
                invite(actor=acting(by), **offer)
    assert news.actions == (["invitation.sent"] * 2 if may else [])
    assert len(news.mails) == (2 if may else 0)
    assert counters(org)[2] == before[2] + (2 if may else 0)


def test_a_role_that_others_hold_is_not_widened_beyond_ones_own(owner, lead, member):
    desk = design(owner, "Desk", "members.read")
    hold(desk, member)
    with written() as news, pytest.raises(ValidationError, match=r"You do not hold members\.delete yourself"):
        redesign(lead, desk, "members.read", "members.delete")
    assert news.nothing
    redesign(lead, desk, "members.read", "roles.read")
    assert acting(member).grants == {"members.read", "roles.read"}


# By group


@pytest.fixture
def reef(db: None) -> Membership:
    """An admin of a knowledge platform, where roles grant by group."""
    return found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")


@pytest.fixture
def groups(reef: Membership) -> dict[str, Group]:
    return {
        name: create_group(actor=acting(reef), organization=reef.organization, name=name, description="")
        for name in ("Corals", "Sponges", "Kelp")
    }


def put(by: Membership, person: Membership, *there: Group, curating: bool = False) -> None:
    for group in there:
        add_to_group(actor=acting(by), group=group, memberships=[person])
        if curating:
            make_curators(actor=acting(by), group=group, memberships=[person])


@pytest.fixture
def librarian(reef: Membership, groups: dict[str, Group]) -> Membership:
    """Gives roles everywhere, and reads documents in Corals and Sponges."""
    membership = join(reef, UserFactory(name="Lio Brarian"), "basic")
    role = design(
        reef,
        "Librarian",
        *("roles.assign", "roles.update", "members.update", "groups.update", "groups.curators"),
        *("documents.read@groups", "documents.update@curated"),
    )
    hold(role, membership)
    put(reef, membership, groups["Corals"], groups["Sponges"])
    return membership


@pytest.fixture
def reader(reef: Membership) -> Role:
    return design(reef, "Reader", "documents.read@groups")


def test_given_by_group_to_those_whose_groups_are_all_ones_own(reef, groups, librarian, reader):
    people = {name: newcomer(reef, name) for name in ("Inside", "In both", "Outside", "Nowhere")}
    put(reef, people["Inside"], groups["Corals"])
    put(reef, people["In both"], groups["Corals"], groups["Sponges"])
    put(reef, people["Outside"], groups["Corals"], groups["Kelp"])
    with written() as news:
        outcome = assign(librarian, reader, *people.values())
    assert names(outcome) == {"Inside", "In both", "Nowhere"}
    assert why_not(outcome) == {"Outside": "more_than_own"}
    said = "You do not hold documents.read in one of the groups concerned yourself, so you cannot give it there."
    assert outcome.passed_over[0].reason == said  # the librarian may not know that there is Kelp
    assert role_held(people["Outside"]) is None
    assert news.actions == ["member.role_changed"] * 3


def test_given_by_group_to_anyone_by_who_holds_it_everywhere(reef, groups, reader):
    outside = newcomer(reef, "Outside")
    put(reef, outside, groups["Kelp"])
    assert names(assign(reef, reader, outside)) == {"Outside"}


def test_what_curators_hold_is_given_by_those_who_curate_there(reef, groups, librarian):
    keeper = design(reef, "Keeper", "documents.update@curated")
    put(reef, librarian, groups["Corals"], curating=True)
    here, there, beside = (newcomer(reef, name) for name in ("Here", "There", "Beside"))
    put(reef, here, groups["Corals"], curating=True)
    put(reef, there, groups["Sponges"], curating=True)
    put(reef, beside, groups["Sponges"])
    outcome = assign(librarian, keeper, here, there, beside)
    assert names(outcome) == {"Here", "Beside"}
    assert why_not(outcome) == {"There": "more_than_own"}


def test_access_is_given_back_without_the_groups_where_it_reaches_beyond_ones_own(reef, groups, librarian, reader):
    here, there = newcomer(reef, "Here"), newcomer(reef, "There")
    hold(reader, here, there)
    put(reef, here, groups["Corals"])
    put(reef, there, groups["Kelp"])
    put(reef, there, groups["Corals"])
    deactivate(here)
    deactivate(there)
    with written() as news:
        outcome = restore(librarian, here, there)
    assert names(outcome) == {"Here", "There"}
    assert [place.group.name for place in here.group_places.all()] == ["Corals"]
    assert [place.group.name for place in there.group_places.all()] == ["Corals"]
    left = [event for event in news.events if event.action == "group.member_removed"]
    assert [(event.target_label, event.before["group"], event.after) for event in left] == [
        ("There", "Kelp", {"reason": "could not be given back"})
    ]


def test_undoing_takes_no_place_in_a_group_away_for_good(reef, groups, librarian, reader):
    """Who could not be made as before is left to somebody who may."""
    there = newcomer(reef, "There")
    hold(reader, there)
    put(reef, there, groups["Kelp"])
    deactivate(there)
    outcome = reactivate(actor=acting(librarian), organization=there.organization, memberships=[there], whole=True)
    assert why_not(outcome) == {"There": "more_than_own"}
    assert [place.group.name for place in there.group_places.all()] == ["Kelp"]


def test_nobody_is_put_where_their_role_reaches_further_than_ones_own(reef, groups, librarian, reader):
    person, harmless = newcomer(reef, "Rita Reader"), newcomer(reef, "Hans Harmless")
    hold(reader, person)
    outcome = add_to_group(actor=acting(librarian), group=groups["Kelp"], memberships=[person, harmless])
    assert names(outcome) == {"Hans Harmless"}
    assert why_not(outcome) == {"Rita Reader": "more_than_own"}
    assert names(add_to_group(actor=acting(librarian), group=groups["Corals"], memberships=[person])) == {"Rita Reader"}


def test_nobody_is_made_curator_where_that_grants_more_than_ones_own(reef, groups, librarian):
    keeper = newcomer(reef, "Kim Keeper")
    hold(design(reef, "Keeper", "documents.update@curated"), keeper)
    put(reef, keeper, groups["Corals"])
    refused = make_curators(actor=acting(librarian), group=groups["Corals"], memberships=[keeper])
    assert why_not(refused) == {"Kim Keeper": "more_than_own"}
    assert not groups["Corals"].places.curating()


def test_role_that_comes_with_a_curators_place_is_given_like_any_other(reef, groups, librarian):
    """As where Curator may see everyone, and whoever arranges the curators may not."""
    basic = join(reef, UserFactory(name="Bo Lindén"), "basic")
    wide = [*role_of(reef.organization, "basic").grants, "members.read"]
    Role.objects.filter(scheme="knowledge-platform", key="curator").update(grants=wide)
    hold(design(reef, "Arranger", "groups.curators", *role_of(reef.organization, "basic").grants), librarian)
    put(reef, basic, groups["Corals"])
    refused = make_curators(actor=acting(librarian), group=groups["Corals"], memberships=[basic])
    assert why_not(refused) == {"Bo Lindén": "more_than_own"}
    assert role_held(basic) == "basic"


def test_role_is_not_widened_where_its_holders_belong_beyond_ones_own_groups(reef, groups, librarian):
    shelf = design(reef, "Shelf")
    person = newcomer(reef, "Perry")
    hold(shelf, person)
    put(reef, person, groups["Kelp"])
    with pytest.raises(ValidationError, match=r"documents\.read in one of the groups concerned"):
        redesign(librarian, shelf, "documents.read@groups")
    assert acting(person).grants == frozenset()


def test_deleting_a_role_gives_nobody_more_than_ones_own(reef, groups, librarian):
    """Whoever curates gets Curator where others get Basic: that is asked like any giving of it."""
    helper = design(reef, "Helper", "search.use")
    clerk = design(reef, "Clerk", "roles.delete", "roles.assign", *role_of(reef.organization, "basic").grants)
    hold(clerk, librarian)
    person = newcomer(reef, "Cora Curates")
    hold(helper, person)
    put(reef, person, groups["Corals"], curating=True)
    with written() as news, pytest.raises(ValidationError, match="Curator may do more than you may"):
        delete_role(
            actor=acting(librarian), role=helper, move_to=role_of(reef.organization, "basic"), invitations_to=None
        )
    assert role_held(person) == "Helper"
    assert news.nothing
