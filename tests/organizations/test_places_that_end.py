"""Places in groups end with what they stand on, and the log says so of each: who was in a group, and until when."""

from __future__ import annotations

from typing import Any

import pytest

from organizations.actions.accounts import delete_account
from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group, delete_group
from organizations.actions.members import leave, remove
from organizations.models import Group, GroupPlace, Membership
from tests.factories import acting
from tests.team.test_access_page import text_of
from tests.witness import Written, written


def group(by: Membership, name: str, *people: Membership) -> Group:
    made = create_group(actor=acting(by), organization=by.organization, name=name, description="")
    add_to_group(actor=acting(by), group=made, memberships=people)
    return made


@pytest.fixture
def launch(owner, member, viewer) -> Group:
    return group(owner, "Spring launch", member, viewer)


@pytest.fixture
def sales(owner, member) -> Group:
    made = group(owner, "Field sales", member)
    make_curators(actor=acting(owner), group=made, memberships=[member])
    return made


def ended(news: Written) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [
        (event.target_label, event.before, event.after) for event in news.events if event.action == "group.place_ended"
    ]


GONE = {"reason": "no longer belongs to the organization"}


def test_whoever_is_removed_leaves_each_group_with_an_event(org, owner, member, launch, sales):
    with written() as news:
        remove(actor=acting(owner), organization=org, memberships=[member])
    assert not GroupPlace.objects.filter(membership_id=member.pk).exists()
    assert ended(news) == [
        (member.label, {"group": "Field sales", "curates": "yes"}, GONE),
        (member.label, {"group": "Spring launch", "curates": "no"}, GONE),
    ]
    assert len({event.batch for event in news.events}) == 1
    assert news.actions.count("member.removed") == 1


def test_whoever_leaves_leaves_each_group_with_an_event(member, launch, sales):
    with written() as news:
        leave(actor=acting(member), membership=member)
    assert [before["group"] for _, before, _ in ended(news)] == ["Field sales", "Spring launch"]


def test_whose_account_is_deleted_leaves_each_group_with_an_event(member, launch, sales):
    with written() as news:
        delete_account(actor=acting(member.user), user=member.user)
    assert [before["group"] for _, before, _ in ended(news)] == ["Field sales", "Spring launch"]


def test_group_that_is_deleted_tells_of_each_who_was_in_it(owner, member, viewer, launch, sales):
    with written() as news:
        delete_group(actor=acting(owner), group=launch)
    gone = {"reason": "the group was deleted"}
    assert sorted(ended(news), key=str) == sorted(
        [(one.label, {"group": "Spring launch", "curates": "no"}, gone) for one in (member, viewer)], key=str
    )
    assert news.actions.count("group.deleted") == 1
    assert GroupPlace.objects.filter(group=sales).count() == 1


def test_history_of_the_group_tells_who_is_gone(client_of, org, owner, member, launch):
    remove(actor=acting(owner), organization=org, memberships=[member])
    said = text_of(client_of(owner).get(f"/o/{org.slug}/groups/{launch.pk}/history/"))
    assert f"{member.label} no longer belongs to the group Spring launch" in said


def test_log_tells_of_a_removal_and_what_went_with_it_in_one_line(client_of, org, owner, member, launch, sales):
    remove(actor=acting(owner), organization=org, memberships=[member])
    said = text_of(client_of(owner).get(f"/o/{org.slug}/audit/"))
    assert f"removed {member.label} from the organization and, with that, {member.label} no longer belongs to 2" in said
