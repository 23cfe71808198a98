"""Groups and their curators: what belonging brings, and that nobody gives in a group what they do not hold there."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from audit.models import Event
from organizations.actions.assigning import change_role
from organizations.actions.group_places import add_to_group, make_curators, remove_from_group, unmake_curators
from organizations.actions.groups import create_group, delete_group, edit_group
from organizations.actions.members import leave, remove
from organizations.actions.roles import create_role
from organizations.models import Group, GroupPlace, Membership, Role
from organizations.policies import holds
from tests.factories import UserFactory, acting, deactivate, found, give_role, join, role_of
from tests.witness import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha() -> Membership:
    """The admin of a knowledge platform, whose curators hold something in the groups they curate."""
    return found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")


@pytest.fixture
def bo(asha: Membership) -> Membership:
    return join(asha, UserFactory(name="Bo Lindén"), "basic")


@pytest.fixture
def corals(asha: Membership) -> Group:
    return group_of(asha, "Corals")


@pytest.fixture
def whales(asha: Membership) -> Group:
    return group_of(asha, "Whales")


def group_of(by: Membership, name: str) -> Group:
    return create_group(actor=acting(by), organization=by.organization, name=name, description="")


def put(by: Membership, group: Group, *people: Membership, curating: bool = False) -> None:
    assert not add_to_group(actor=acting(by), group=group, memberships=list(people)).passed_over
    if curating:
        assert not make_curators(actor=acting(by), group=group, memberships=list(people)).passed_over


def custom(by: Membership, label: str, *grants: str) -> Role:
    return create_role(
        actor=acting(by),
        organization=by.organization,
        label=label,
        description="",
        caution="",
        elevated=False,
        grants=list(grants),
    )


def give(by: Membership, person: Membership, role: Role) -> None:
    outcome = change_role(actor=acting(by), organization=by.organization, memberships=[person], role=role)
    assert not outcome.passed_over, outcome.passed_over
    person.refresh_from_db()


def key_of(person: Membership) -> str | None:
    role = Membership.objects.get(pk=person.pk).role
    return role.key if role else None


def codes(outcome: Any) -> list[tuple[str, str]]:
    return [(one.who, one.code) for one in outcome.passed_over]


def places(group: Group) -> dict[str, bool]:
    return {place.membership.label: place.curates for place in group.places.select_related("membership")}


# Arranging them


def test_group_is_created_edited_and_deleted_with_an_event_each(asha, bo):
    with written() as news:
        group = create_group(actor=acting(asha), organization=asha.organization, name=" Corals ", description="Still.")
        edit_group(actor=acting(asha), group=group, version=1, name="Polyps", description="Still.")
        put(asha, group, bo)
        delete_group(actor=acting(asha), group=group)
    assert news.actions == [
        "group.created", "group.edited", "group.member_added", "group.place_ended", "group.deleted",
    ]  # fmt: skip
    created, edited, added, _, deleted = news.events
    assert (created.target_label, created.after) == ("Corals", {"name": "Corals", "description": "Still."})
    assert (edited.before["name"], edited.after["name"]) == ("Corals", "Polyps")
    assert (added.target_label, added.after) == ("Bo Lindén", {"group": "Polyps"})
    assert deleted.before == {"name": "Polyps", "description": "Still.", "people": 1}
    assert not Group.objects.exists()
    assert not GroupPlace.objects.exists()
    assert not news.mails


def test_same_words_change_nothing_and_are_never_stale(asha, corals):
    with written() as news:
        edit_group(actor=acting(asha), group=corals, version=0, name="Corals", description="")
    assert news.nothing


def test_stale_edit_is_refused_and_writes_nothing(asha, corals):
    edit_group(actor=acting(asha), group=corals, version=1, name="Polyps", description="")
    with written() as news, pytest.raises(ValidationError) as refusal:
        edit_group(actor=acting(asha), group=corals, version=1, name="Reefs", description="")
    assert refusal.value.code == "stale"
    assert news.nothing
    corals.refresh_from_db()
    assert (corals.name, corals.version) == ("Polyps", 2)


def test_two_organizations_may_use_one_name_and_one_may_not_twice(asha, owner, corals):
    group_of(owner, "corals")
    with written() as news, pytest.raises(ValidationError) as refusal:
        group_of(asha, "CORALS")
    assert refusal.value.error_dict["name"][0].code == "name_taken"
    assert news.nothing


def test_deleted_group_is_told_to_whoever_still_works_on_it(asha, bo, corals):
    delete_group(actor=acting(asha), group=corals)
    with written() as news:
        for act in (
            lambda: edit_group(actor=acting(asha), group=corals, version=1, name="X", description=""),
            lambda: delete_group(actor=acting(asha), group=corals),
            lambda: add_to_group(actor=acting(asha), group=corals, memberships=[bo]),
            lambda: remove_from_group(actor=acting(asha), group=corals, memberships=[bo]),
            lambda: make_curators(actor=acting(asha), group=corals, memberships=[bo]),
            lambda: unmake_curators(actor=acting(asha), group=corals, memberships=[bo]),
        ):
            with pytest.raises(ValidationError) as refusal:
                act()
            assert refusal.value.code == "gone"
    assert news.nothing


@pytest.mark.parametrize("who", ["bo", "outsider"])
def test_nobody_else_arranges_groups(request, asha, bo, corals, who):
    put(asha, corals, bo)
    actor = acting(request.getfixturevalue(who))
    with written() as news:
        for act in (
            lambda: create_group(actor=actor, organization=asha.organization, name="Mine", description=""),
            lambda: edit_group(actor=actor, group=corals, version=1, name="Mine", description=""),
            lambda: delete_group(actor=actor, group=corals),
        ):
            with pytest.raises(PermissionDenied):
                act()
    assert news.nothing
    corals.refresh_from_db()
    assert corals.name == "Corals"


# Belonging


def test_people_come_and_go_and_twice_changes_nothing(asha, bo, corals):
    for _ in range(2):
        add_to_group(actor=acting(asha), group=corals, memberships=[bo])
    assert places(corals) == {"Bo Lindén": False}
    for _ in range(2):
        remove_from_group(actor=acting(asha), group=corals, memberships=[bo])
    assert places(corals) == {}
    actions = Event.objects.filter(target_id=bo.user_id, entity="group").values_list("action", flat=True)
    assert sorted(actions) == ["group.member_added", "group.member_removed"]


def test_grants_by_group_reach_the_groups_belonged_to_from_then_on(asha, bo, corals, whales):
    give(asha, bo, role_of(asha.organization, "global_curator"))
    assert not holds(acting(bo), "documents.update", corals)
    put(asha, corals, bo)
    assert holds(acting(bo), "documents.update", corals)
    assert not holds(acting(bo), "documents.update", whales)
    assert not holds(acting(bo), "documents.update")
    remove_from_group(actor=acting(asha), group=corals, memberships=[bo])
    assert not holds(acting(bo), "documents.update", corals)


def test_people_and_groups_of_another_organization_are_left_alone(asha, bo, corals, owner, member):
    theirs = group_of(owner, "Sales")
    with written() as news:
        assert add_to_group(actor=acting(asha), group=corals, memberships=[member]).done == []
        assert make_curators(actor=acting(asha), group=corals, memberships=[member]).done == []
        for change in (add_to_group, remove_from_group, make_curators, unmake_curators):
            with pytest.raises(PermissionDenied):
                change(actor=acting(asha), group=theirs, memberships=[bo])
    assert news.nothing
    assert not GroupPlace.objects.exists()


def test_who_only_arranges_groups_cannot_put_themselves_in_and_gain(asha, bo, corals):
    """The role reads documents in groups belonged to; nobody but those who hold that there may bring it about."""
    give(asha, bo, custom(asha, "Organizer", "groups.read", "groups.update", "documents.read@groups"))
    with written() as news:
        outcome = add_to_group(actor=acting(bo), group=corals, memberships=[bo])
    assert codes(outcome) == [("Bo Lindén", "more_than_own")]
    assert "You do not hold documents.read in Corals yourself" in outcome.passed_over[0].reason
    assert news.nothing
    assert not holds(acting(bo), "documents.read", corals)


def test_who_only_arranges_groups_cannot_raise_somebody_else_there(asha, bo, corals):
    arranger = join(asha, UserFactory(name="Ari Arranger"), "basic")
    give(asha, arranger, custom(asha, "Arranger", "groups.read", "groups.update"))
    give(asha, bo, role_of(asha.organization, "global_curator"))
    outcome = add_to_group(actor=acting(arranger), group=corals, memberships=[bo])
    assert codes(outcome) == [("Bo Lindén", "more_than_own")]
    plain = join(asha, UserFactory(name="Plain Person"), "limited")
    assert add_to_group(actor=acting(arranger), group=corals, memberships=[plain]).done == [plain]


def test_who_arranges_groups_cannot_take_a_superior_out(asha, bo, corals):
    put(asha, corals, asha, bo)
    arranger = join(asha, UserFactory(name="Ari Arranger"), "basic")
    give(asha, arranger, custom(asha, "Arranger", "groups.read", "groups.update"))
    outcome = remove_from_group(actor=acting(arranger), group=corals, memberships=[asha, bo])
    assert codes(outcome) == [("Asha Reef", "superior"), ("Bo Lindén", "superior")]
    assert len(places(corals)) == 2


def test_each_of_many_is_asked_about_on_their_own(asha, bo, corals):
    arranger = join(asha, UserFactory(name="Ari Arranger"), "basic")
    give(asha, arranger, custom(asha, "Arranger", "groups.read", "groups.update"))
    strong = join(asha, UserFactory(name="Gil Strong"), "global_curator")
    plain = join(asha, UserFactory(name="Plain Person"), "limited")
    outcome = add_to_group(actor=acting(arranger), group=corals, memberships=[strong, plain])
    assert outcome.done == [plain]
    assert codes(outcome) == [("Gil Strong", "more_than_own")]


def test_groups_update_in_one_group_reaches_no_other(asha, bo, corals, whales):
    put(asha, corals, bo)
    give(asha, bo, custom(asha, "Own groups", "groups.read@groups", "groups.update@groups"))
    assert edit_group(actor=acting(bo), group=corals, version=1, name="Polyps", description="").name == "Polyps"
    with pytest.raises(PermissionDenied):
        edit_group(actor=acting(bo), group=whales, version=1, name="Mine", description="")
    outcome = add_to_group(actor=acting(bo), group=whales, memberships=[bo])
    assert codes(outcome) == [("Bo Lindén", "no_permission")]


# Curating


def test_curating_brings_the_role_and_ending_it_takes_it_away(asha, bo, corals):
    put(asha, corals, bo)
    with written() as news:
        make_curators(actor=acting(asha), group=corals, memberships=[bo])
    assert news.actions == ["group.curator_made", "member.role_changed"]
    assert news.events[1].before == {"role": "Basic"}
    assert news.events[1].after == {"role": "Curator", "reason": "curates Corals"}
    assert key_of(bo) == "curator"
    assert holds(acting(bo), "connectors.create", corals)
    with written() as news:
        unmake_curators(actor=acting(asha), group=corals, memberships=[bo])
    assert news.actions == ["group.curator_unmade", "member.role_changed"]
    assert news.events[1].after == {"role": "Basic", "reason": "curates no group any more"}
    assert key_of(bo) == "basic"
    assert places(corals) == {"Bo Lindén": False}
    assert not holds(acting(bo), "connectors.create", corals)


def test_making_and_ending_twice_changes_nothing(asha, bo, corals):
    put(asha, corals, bo, curating=True)
    with written() as news:
        make_curators(actor=acting(asha), group=corals, memberships=[bo])
    assert news.nothing
    unmake_curators(actor=acting(asha), group=corals, memberships=[bo])
    with written() as news:
        unmake_curators(actor=acting(asha), group=corals, memberships=[bo])
    assert news.nothing


def test_role_stays_as_long_as_another_group_is_curated(asha, bo, corals, whales):
    put(asha, corals, bo, curating=True)
    put(asha, whales, bo, curating=True)
    unmake_curators(actor=acting(asha), group=corals, memberships=[bo])
    assert key_of(bo) == "curator"
    assert not holds(acting(bo), "connectors.create", corals)
    assert holds(acting(bo), "connectors.create", whales)
    remove_from_group(actor=acting(asha), group=whales, memberships=[bo])
    assert key_of(bo) == "basic"


@pytest.mark.parametrize("ending", [remove_from_group, unmake_curators, delete_group])
def test_role_goes_with_the_last_group_however_it_goes(asha, bo, corals, ending):
    put(asha, corals, bo, curating=True)
    if ending is delete_group:
        ending(actor=acting(asha), group=corals)
    else:
        ending(actor=acting(asha), group=corals, memberships=[bo])
    assert key_of(bo) == "basic"


def test_custom_role_is_left_alone_both_ways(asha, bo, corals):
    role = custom(asha, "Librarian", "organization.read", "groups.read@groups", "documents.read@curated")
    give(asha, bo, role)
    put(asha, corals, bo, curating=True)
    bo.refresh_from_db()
    assert bo.role == role
    assert holds(acting(bo), "documents.read", corals)
    unmake_curators(actor=acting(asha), group=corals, memberships=[bo])
    bo.refresh_from_db()
    assert bo.role == role
    assert not holds(acting(bo), "documents.read", corals)


@pytest.mark.parametrize("key", ["global_curator", "limited", "admin"])
def test_other_builtin_roles_are_left_alone(asha, corals, key):
    person = join(asha, UserFactory(name="Some Body"), "basic")
    give_role(person, key)
    put(asha, corals, person, curating=True)
    assert key_of(person) == key
    unmake_curators(actor=acting(asha), group=corals, memberships=[person])
    assert key_of(person) == key


def test_curator_who_became_something_else_meanwhile_keeps_it(asha, bo, corals):
    put(asha, corals, bo, curating=True)
    give(asha, bo, role_of(asha.organization, "global_curator"))
    unmake_curators(actor=acting(asha), group=corals, memberships=[bo])
    assert key_of(bo) == "global_curator"


def test_where_the_scheme_names_no_curators_role_the_role_stays(owner, member):
    sales = group_of(owner, "Sales")
    put(owner, sales, member, curating=True)
    assert key_of(member) == "member"


def test_who_does_not_belong_cannot_curate(asha, bo, corals):
    with written() as news:
        outcome = make_curators(actor=acting(asha), group=corals, memberships=[bo])
    assert codes(outcome) == [("Bo Lindén", "not_in_group")]
    assert news.nothing
    assert key_of(bo) == "basic"


def test_who_may_name_curators_cannot_bring_what_they_do_not_hold(asha, bo, corals):
    namer = join(asha, UserFactory(name="Nadia Namer"), "basic")
    give(asha, namer, custom(asha, "Namer", "groups.read", "groups.curators", "organization.read"))
    put(asha, corals, bo)
    with written() as news:
        outcome = make_curators(actor=acting(namer), group=corals, memberships=[bo])
    assert [code for _, code in codes(outcome)] == ["superior"]
    assert news.nothing
    assert key_of(bo) == "basic"


def test_who_may_name_curators_cannot_make_themselves_one_and_gain(asha, bo, corals):
    grants = ("groups.read", "groups.curators", "documents.delete@curated")
    give(asha, bo, custom(asha, "Namer", *grants))
    put(asha, corals, bo)
    with written() as news:
        outcome = make_curators(actor=acting(bo), group=corals, memberships=[bo])
    assert codes(outcome) == [("Bo Lindén", "more_than_own")]
    assert news.nothing
    assert not holds(acting(bo), "documents.delete", corals)


def test_curator_cannot_make_another_one(asha, bo, corals):
    other = join(asha, UserFactory(name="Olga Other"), "basic")
    put(asha, corals, bo, other)
    make_curators(actor=acting(asha), group=corals, memberships=[bo])
    outcome = make_curators(actor=acting(bo), group=corals, memberships=[other])
    assert codes(outcome) == [("Olga Other", "no_permission")]
    assert key_of(other) == "basic"


# Leaving the organization


def test_places_go_with_the_membership(asha, bo, corals, whales):
    put(asha, corals, bo, curating=True)
    put(asha, whales, bo)
    leave(actor=acting(bo), membership=bo)
    assert not GroupPlace.objects.exists()


def test_removed_person_comes_back_without_the_places(asha, bo, corals):
    put(asha, corals, bo, curating=True)
    remove(actor=acting(asha), organization=asha.organization, memberships=[bo])
    again = join(asha, bo.user, "basic")
    assert places(corals) == {}
    assert key_of(again) == "basic"


def test_deactivated_curator_grants_nothing_and_keeps_the_place(asha, bo, corals):
    put(asha, corals, bo, curating=True)
    deactivate(bo)
    assert not holds(acting(bo), "connectors.create", corals)
    assert places(corals) == {"Bo Lindén": True}


def refused_as_taken(owner: Membership, other: Group, name: str) -> None:
    for save in (
        lambda: create_group(actor=acting(owner), organization=owner.organization, name=name, description=""),
        lambda: edit_group(actor=acting(owner), group=other, version=1, name=name, description=""),
    ):
        with written() as news, pytest.raises(ValidationError) as refusal:
            save()
        assert refusal.value.error_dict["name"][0].code == "name_taken"
        assert news.nothing


@pytest.mark.parametrize(("name", "like_it"), [("Été", "ÉTÉ"), ("Straße", "STRASSE"), ("STRAẞE", "straße")])
def test_a_name_is_taken_once_in_any_case_of_any_alphabet(owner, name, like_it):
    group = group_of(owner, name)
    refused_as_taken(owner, group_of(owner, "Other"), like_it)
    edit_group(actor=acting(owner), group=group, version=1, name=name.swapcase(), description="")


@pytest.mark.postgresql
def test_name_that_the_database_alone_thinks_taken_is_told(owner):
    """The dotted capital I: PostgreSQL has a small letter for it that Python has not."""
    group_of(owner, "İ")
    refused_as_taken(owner, group_of(owner, "Other"), "i")


def test_refusal_names_no_group_that_its_reader_may_not_know_of(asha, bo, corals, whales):
    basic = role_of(asha.organization, "basic").grants
    librarian = join(asha, UserFactory(name="Lior Librarian"), "basic")
    give(asha, librarian, custom(asha, "Librarian", *basic, "roles.assign", "roles.update", "documents.update@groups"))
    put(asha, whales, librarian)
    put(asha, corals, bo)
    keeper = custom(asha, "Keeper", *basic, "documents.update@groups")
    outcome = change_role(actor=acting(librarian), organization=asha.organization, memberships=[bo], role=keeper)
    said = "You do not hold documents.update in one of the groups concerned yourself, so you cannot give it there."
    assert [one.reason for one in outcome.passed_over] == [said]
    put(asha, corals, librarian)
    give(librarian, bo, keeper)
