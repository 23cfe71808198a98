"""The groups of one person: one page on which they are ticked, one change."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from organizations.actions.arranging import arrange_groups
from organizations.models import Group, GroupPlace, Membership
from tests.factories import UserFactory, acting, found, join
from tests.organizations.changing import role_held
from tests.team.test_access_page import custom, group_of, hold, text_of
from tests.witness import written


def page_of(membership: Membership, slug: str = "marram") -> str:
    return f"/o/{slug}/members/{membership.pk}/groups/"


def groups_of(membership: Membership) -> set[str]:
    return set(membership.group_places.values_list("group__name", flat=True))


def test_what_is_ticked_and_no_longer_ticked_changes_as_one(client_of, owner, admin, member):
    org = owner.organization
    old, kept = group_of(org, "Field sales", member), group_of(org, "Night shift", member)
    new = group_of(org, "Spring launch")
    with written() as news:
        answer = client_of(admin).post(page_of(member), {"then": [old.pk, kept.pk], "group": [kept.pk, new.pk]})
    assert answer.headers["Location"] == f"/o/marram/members/{member.pk}/"
    assert groups_of(member) == {"Night shift", "Spring launch"}
    assert news.actions == ["group.member_removed", "group.member_added"]
    assert len({event.batch for event in news.events}) == 1
    assert news.events[0].batch is not None


def test_answer_names_what_changed(client_of, owner, member):
    new = group_of(owner.organization, "Spring launch")
    page = client_of(owner).post(page_of(member), {"group": new.pk}, follow=True)
    assert "Mina Haddad belongs to Spring launch now." in text_of(page)


def test_what_somebody_else_changed_meanwhile_stays(client_of, owner, member):
    """Only what was turned round on the page changes: a group that came later was not taken away."""
    later = group_of(owner.organization, "Field sales", member)
    with written() as news:
        client_of(owner).post(page_of(member), {"then": [], "group": []})
    assert groups_of(member) == {later.name}
    assert news.nothing


def test_forged_groups_touch_nothing(client_of, owner, outsider, member):
    theirs = group_of(outsider.organization, "Their group", outsider)
    with written() as news:
        page = client_of(owner).post(page_of(member), {"group": [theirs.pk, uuid7(), "x", ""]}, follow=True)
    assert "Nothing changed." in text_of(page)
    assert news.nothing
    assert not GroupPlace.objects.filter(membership=member).exists()


def test_person_of_another_organization_is_none_here(client_of, owner, outsider):
    group = group_of(owner.organization, "Field sales")
    assert client_of(owner).get(page_of(outsider)).status_code == 404
    assert client_of(owner).post(page_of(outsider), {"group": group.pk}).status_code == 404
    assert not group.places.exists()


@pytest.mark.parametrize("scope", ["groups", "curated"])
def test_who_may_change_some_groups_changes_only_those(client_of, owner, member, viewer, scope):
    org = owner.organization
    theirs = group_of(org, "Field sales", viewer, curates=True)
    other = group_of(org, "Spring launch")
    hold(viewer, custom(org, "Keeper", "organization.read", "members.read", "groups.read", f"groups.update@{scope}"))
    page = client_of(viewer).get(page_of(member))
    assert "Your role does not include groups.update in Spring launch." in text_of(page)
    with written() as news:
        said = text_of(client_of(viewer).post(page_of(member), {"group": [theirs.pk, other.pk]}, follow=True))
    assert "Mina Haddad belongs to Field sales now." in said
    assert "Your role does not include groups.update in Spring launch." in said
    assert groups_of(member) == {"Field sales"}
    assert news.actions == ["group.member_added"]


def test_groups_that_one_may_not_see_are_not_there(client_of, owner, member, viewer):
    org = owner.organization
    own, hidden = group_of(org, "Field sales", viewer), group_of(org, "Board", member)
    hold(
        viewer,
        custom(org, "Keeper", "organization.read", "members.read", "groups.read@groups", "groups.update@groups"),
    )
    said = text_of(client_of(viewer).get(page_of(member)))
    assert "Field sales" in said
    assert "Board" not in said
    client_of(viewer).post(page_of(member), {"then": [hidden.pk], "group": [own.pk]})
    assert groups_of(member) == {"Board", "Field sales"}


def test_curators_role_goes_with_the_last_place_and_the_page_says_so(client_of, db):
    head = found(UserFactory(name="Ada"), "Marram Instruments", "marram", scheme="knowledge-platform")
    rules = head.organization.rules
    if not rules.curator_key or not rules.instead_of_key:
        pytest.skip("this scheme gives curators no role")
    person = join(head, UserFactory(name="Mina Haddad"), rules.curator_key)
    group = group_of(head.organization, "Field sales", person, curates=True)
    assert "With this place the role" in text_of(client_of(head).get(page_of(person)))
    client_of(head).post(page_of(person), {"then": [group.pk]})
    assert role_held(person) == rules.instead_of_key


def test_group_and_person_that_are_gone_are_told(owner, member):
    group = group_of(owner.organization, "Field sales")
    Group.objects.filter(pk=group.pk).delete()
    outcome = arrange_groups(actor=acting(owner), membership=member, into=[group], out_of=[])
    assert [(one.who, one.code) for one in outcome.passed_over] == [("Field sales", "gone")]


def test_many_groups_are_searched_and_asked_for_as_seldom(client_of, owner, member):
    org = owner.organization
    browser = client_of(owner)
    browser.get(page_of(member))
    counts = []
    for size in (2, 150):
        groups = Group.objects.bulk_create(
            [Group(organization=org, name=f"Team {size} {n:03}", description="d" * 300) for n in range(size)]
        )
        GroupPlace.objects.bulk_create([GroupPlace(group=one, membership=member) for one in groups[: size // 4 + 1]])
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(page_of(member))
        assert len(page.content) <= 60 * 1024
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    assert "There are more groups. Search for them by name." in text_of(page)
    said = text_of(browser.get(f"{page_of(member)}?q=150 149"))
    assert "Team 150 149" in said
    assert "Team 150 148" not in said
    assert browser.get(f"{page_of(member)}?q=%00").status_code == 200
