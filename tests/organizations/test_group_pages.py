"""The pages of groups: who sees which, what they answer, and that nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group, edit_group
from organizations.models import Group, Membership
from tests.factories import UserFactory, acting, crowd, deactivate, found, give_role, join
from tests.team.test_access_page import custom, hold
from tests.witness import written

pytestmark = pytest.mark.django_db


def page(name: str, *args: Any, at: str = "marram") -> str:
    return reverse(f"organizations:{name}", args=[at, *args])


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def sales(owner: Membership) -> Group:
    return create_group(
        actor=acting(owner), organization=owner.organization, name="Field sales", description="Who visits customers."
    )


@pytest.fixture
def reef() -> Membership:
    """An admin of a knowledge platform, where roles grant by group."""
    return found(UserFactory(name="Asha Reef", email="asha@reef.example.org"), "Reef", "reef", "knowledge-platform")


@pytest.fixture
def basic(reef: Membership) -> Membership:
    return join(reef, UserFactory(name="Bo Lindén", email="bo@reef.example.org"), "basic")


@pytest.fixture
def corals(reef: Membership) -> Group:
    return create_group(actor=acting(reef), organization=reef.organization, name="Corals", description="")


def put(by: Membership, group: Group, *people: Membership, curating: bool = False) -> None:
    add_to_group(actor=acting(by), group=group, memberships=list(people))
    if curating:
        make_curators(actor=acting(by), group=group, memberships=list(people))


# The list


def test_list_says_first_what_a_group_is_and_how_to_begin(client_of, owner, viewer):
    assert "Create the first group" in text_of(client_of(owner).get(page("groups")))
    seen = text_of(client_of(viewer).get(page("groups")))
    assert "No groups yet" in seen
    assert "Create the first group" not in seen


def test_list_shows_name_description_people_and_curators(client_of, owner, admin, member, sales):
    put(owner, sales, admin, curating=True)
    put(owner, sales, member)
    seen = text_of(client_of(member).get(page("groups")))
    for said in ("Field sales", "Who visits customers.", "2 people", "1 curator"):
        assert said in seen


def test_list_is_searched_by_name_and_description(client_of, owner, sales):
    create_group(actor=acting(owner), organization=owner.organization, name="Finance", description="Money.")
    browser = client_of(owner)
    assert "Finance" not in text_of(browser.get(page("groups"), {"q": "VISITS"}))
    assert "Field sales" not in text_of(browser.get(page("groups"), {"q": "finance"}))
    assert "No group here matches “nothing”." in text_of(browser.get(page("groups"), {"q": "nothing"}))


def test_list_of_many_groups_comes_in_pages(client_of, owner):
    Group.objects.bulk_create(
        [Group(organization=owner.organization, name=f"Team {number:03}") for number in range(65)]
    )
    browser = client_of(owner)
    assert "1 to 30 of 65" in text_of(browser.get(page("groups")))
    assert "Team 064" in text_of(browser.get(page("groups"), {"page": "3"}))
    assert "31 to 60 of 65" in text_of(browser.get(page("groups"), {"page": "2", "q": "team"}))


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999999999999999999", "q=%00", "after=x~y", "curators"])
def test_query_that_means_nothing_is_no_error(client_of, owner, sales, query):
    for path in (page("groups"), page("group", sales.pk), page("group_add", sales.pk)):
        assert client_of(owner).get(f"{path}?{query}").status_code == 200


def test_person_who_reads_their_own_groups_sees_these_and_no_others(client_of, reef, basic, corals):
    others = create_group(actor=acting(reef), organization=reef.organization, name="Whales", description="")
    browser = client_of(basic)
    assert "You belong to no group yet" in text_of(browser.get(page("groups", at="reef")))
    put(reef, corals, basic)
    seen = text_of(browser.get(page("groups", at="reef")))
    assert "Corals" in seen
    assert "Whales" not in seen
    assert browser.get(page("group", corals.pk, at="reef")).status_code == 200
    assert browser.get(page("group", others.pk, at="reef")).status_code == 404


def test_group_that_is_not_ones_own_looks_like_one_that_is_not_there(client_of, reef, basic, corals):
    browser = client_of(basic)
    for name in ("group", "group_edit", "group_delete", "group_add"):
        for key in (corals.pk, uuid7()):
            assert browser.get(page(name, key, at="reef")).status_code == 404
            assert browser.post(page(name, key, at="reef")).status_code == 404


def test_person_who_belongs_may_look_and_change_nothing(client_of, reef, basic, corals):
    put(reef, corals, basic)
    browser = client_of(basic)
    seen = text_of(browser.get(page("group", corals.pk, at="reef")))
    for button in ("Add people", "Edit", "Delete", "Make curator", "Take out"):
        assert button not in seen
    for name in ("group_edit", "group_delete", "group_add"):
        with written() as news:
            assert browser.post(page(name, corals.pk, at="reef"), {"name": "X"}).status_code == 403
        assert news.nothing


def test_person_without_the_members_sees_names_and_no_addresses(client_of, reef, basic, corals):
    put(reef, corals, basic, reef)
    seen = text_of(client_of(basic).get(page("group", corals.pk, at="reef")))
    assert "Asha Reef" in seen
    assert "asha@reef" not in seen
    searched = text_of(client_of(basic).get(page("group", corals.pk, at="reef"), {"q": "asha@reef"}))
    assert "No one in this group matches" in searched


# Creating, editing and deleting


def test_admin_creates_a_group_and_goes_on_to_its_people(client_of, org, admin):
    with written() as news:
        answer = client_of(admin).post(page("group_create"), {"name": "Finance ", "description": "Money."})
    group = org.groups.get()
    assert (group.name, group.description) == ("Finance", "Money.")
    assert answer.headers["Location"] == page("group_add", group.pk)
    assert news.actions == ["group.created"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Type a name."),
        ("   ", "Type a name."),
        ("x" * 500, "at most 60 characters"),
        ("Sales\u202e", "invisible and control characters"),
        ("Sa\x00les", "Null characters are not allowed."),
        ("www.sales.com", "leave out links"),
        ("field SALES", "Another group has this name. Choose another one."),
    ],
)
@pytest.mark.parametrize("view", ["group_create", "group_edit"])
def test_name_that_will_not_do_is_answered_beside_the_field_and_kept(client_of, owner, sales, view, name, said):
    other = create_group(actor=acting(owner), organization=owner.organization, name="Finance", description="")
    path = page(view) if view == "group_create" else page(view, other.pk)
    with written() as news:
        answer = client_of(owner).post(path, {"name": name, "description": "Kept as typed", "version": "1"})
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert "Kept as typed" in text_of(answer)
    assert news.nothing


def test_stale_edit_is_told_and_shown_and_may_be_made_again(client_of, owner, admin, sales):
    browser = client_of(admin)
    assert 'name="version" value="1"' in text_of(browser.get(page("group_edit", sales.pk)))
    edit_group(actor=acting(owner), group=sales, version=1, name="Sales outside", description="New words.")
    typed = {"name": "Road sales", "description": "Mine.", "version": "1"}
    with written() as news:
        answer = browser.post(page("group_edit", sales.pk), typed)
    seen = text_of(answer)
    assert "Somebody else changed this group meanwhile." in seen
    assert "Sales outside" in seen
    assert "New words." in seen
    assert 'value="Road sales"' in seen
    assert 'name="version" value="2"' in seen
    assert news.nothing
    browser.post(page("group_edit", sales.pk), typed | {"version": "2"})
    sales.refresh_from_db()
    assert (sales.name, sales.version) == ("Road sales", 3)


def test_deleting_says_who_loses_what_and_where(client_of, owner, admin, member, sales):
    put(owner, sales, admin, member)
    browser = client_of(owner)
    seen = text_of(browser.get(page("group_delete", sales.pk)))
    assert "Field sales is a group of Marram Instruments." in seen
    assert "2 people stay in Marram Instruments without it." in seen
    with written() as news:
        answer = browser.post(page("group_delete", sales.pk))
    assert answer.headers["Location"] == page("groups")
    assert not Group.objects.exists()
    assert news.actions == ["group.place_ended", "group.place_ended", "group.deleted"]
    assert browser.post(page("group_delete", sales.pk)).status_code == 404


# Putting people in and taking them out


def test_person_is_found_by_name_and_put_in_by_a_button(client_of, owner, member, sales):
    browser = client_of(owner)
    found_there = text_of(browser.get(page("group_add", sales.pk), {"q": "mina"}))
    assert f'value="{member.pk}"' in found_there
    with written() as news:
        answer = browser.post(page("group_add", sales.pk) + "?q=mina", {"membership": str(member.pk)})
    assert answer.headers["Location"] == page("group_add", sales.pk) + "?q=mina"
    assert news.actions == ["group.member_added"]
    assert "In the group" in text_of(browser.get(answer.headers["Location"]))
    with written() as news:
        browser.post(page("group_add", sales.pk), {"membership": str(member.pk)})
    assert news.nothing


def test_pasted_addresses_are_sorted_and_those_of_no_member_stay(client_of, owner, admin, member, viewer, sales):
    put(owner, sales, viewer)
    pasted = (
        "Tomás <TOMAS@marram.example.org>, mina@marram.example.org; vera@marram.example.org who@else.example no-address"
    )
    with written() as news:
        answer = client_of(owner).post(page("group_add", sales.pk), {"addresses": pasted})
    seen = text_of(answer)
    assert [event.target_label for event in news.events] == ["Tomás Rivera", "Mina Haddad"]
    outcome = answer.context["outcome"]
    assert [one.label for one in outcome.there] == ["Vera Lindqvist"]
    assert outcome.unknown == ["who@else.example", "no-address"]
    assert "who@else.example\nno-address</textarea>" in seen


def test_addresses_that_all_belong_lead_back_to_the_group(client_of, owner, admin, member, sales):
    answer = client_of(owner).post(
        page("group_add", sales.pk), {"addresses": "tomas@marram.example.org mina@marram.example.org"}, follow=True
    )
    assert answer.redirect_chain == [(page("group", sales.pk), 302)]
    assert "<b>2 people</b> belong to Field sales now." in text_of(answer)


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ("", "This field is required."),
        (" ,;\n", "Type at least one address."),
        (",;", "Type at least one address."),
        (" ".join(f"p{number}@example.org" for number in range(501)), "At most 500 addresses at a time"),
    ],
)
def test_paste_that_will_not_do_is_answered_beside_the_field(client_of, owner, sales, addresses, said):
    answer = client_of(owner).post(page("group_add", sales.pk), {"addresses": addresses})
    assert answer.status_code == 200
    assert said in text_of(answer)


def test_people_of_another_organization_are_no_members_here(client_of, owner, outsider, sales):
    with written() as news:
        answer = client_of(owner).post(page("group_add", sales.pk), {"addresses": outsider.email})
        assert answer.context["outcome"].unknown == [outsider.email]
        for path, fields in (
            (page("group_add", sales.pk), {"membership": str(outsider.pk)}),
            (page("group_add", sales.pk), {"membership": "no-id"}),
            (page("group_remove", sales.pk, outsider.pk), {}),
            (page("group_curator", sales.pk, outsider.pk), {"curates": "yes"}),
        ):
            assert client_of(owner).post(path, fields).status_code == 404
    assert news.nothing
    assert not sales.places.exists()


def test_person_is_taken_out_after_a_question(client_of, owner, member, sales):
    put(owner, sales, member)
    browser = client_of(owner)
    asked = text_of(browser.get(page("group_remove", sales.pk, member.pk)))
    assert "Mina Haddad stays in Marram Instruments" in asked
    with written() as news:
        answer = browser.post(page("group_remove", sales.pk, member.pk), follow=True)
    assert news.actions == ["group.member_removed"]
    assert "no longer belongs to Field sales" in text_of(answer)
    with written() as news:
        again = browser.post(page("group_remove", sales.pk, member.pk), follow=True)
    assert news.nothing
    assert "Mina Haddad does not belong to Field sales." in text_of(again)


# Curators


def test_curator_question_says_which_role_comes_and_which_goes(client_of, reef, basic, corals):
    put(reef, corals, basic)
    browser = client_of(reef)
    where = page("group_curator", corals.pk, basic.pk, at="reef")
    assert "Bo Lindén is Curator instead of Basic, from the next page opened." in text_of(browser.get(where))
    made = browser.post(where, {"curates": "yes"}, follow=True)
    assert "<b>Bo Lindén</b> curates Corals now, and is Curator now." in text_of(made)
    basic.refresh_from_db()
    assert basic.role.key == "curator"
    assert "Bo Lindén is Basic again, from the next page opened." in text_of(browser.get(where))
    ended = browser.post(where, {"curates": "no"}, follow=True)
    assert "<b>Bo Lindén</b> no longer curates Corals, and is Basic now." in text_of(ended)
    basic.refresh_from_db()
    assert basic.role.key == "basic"


def test_pressing_twice_does_not_turn_it_round(client_of, reef, basic, corals):
    put(reef, corals, basic, curating=True)
    with written() as news:
        answer = client_of(reef).post(
            page("group_curator", corals.pk, basic.pk, at="reef"), {"curates": "yes"}, follow=True
        )
    assert news.nothing
    assert "Nothing changed: Bo Lindén curates Corals already." in text_of(answer)


def test_curator_of_two_groups_is_told_that_the_role_stays(client_of, reef, basic, corals):
    whales = create_group(actor=acting(reef), organization=reef.organization, name="Whales", description="")
    put(reef, corals, basic, curating=True)
    put(reef, whales, basic, curating=True)
    asked = text_of(client_of(reef).get(page("group_curator", corals.pk, basic.pk, at="reef")))
    assert "Bo Lindén stays Curator, for the other groups curated." in asked


def test_group_says_what_curators_and_everyone_may_do_there(client_of, reef, basic, corals):
    put(reef, corals, basic, curating=True)
    seen = text_of(client_of(basic).get(page("group", corals.pk, at="reef")))
    assert "becomes <b>Curator</b> with the first group curated" in seen
    assert "<b>Connectors</b>: create, read, update, delete" in seen
    assert "Global curator" in seen


def test_group_where_no_role_grants_by_group_says_so(client_of, owner, sales):
    seen = text_of(client_of(owner).get(page("group", sales.pk)))
    assert "No role in Marram Instruments grants anything to curators alone" in seen


def test_curators_stand_first_and_everyone_comes_in_pages(client_of, org, owner, admin, member, sales):
    crowd(org, 120)
    everyone = list(org.memberships.exclude(pk__in=[owner.pk]))
    put(owner, sales, *everyone)
    make_curators(actor=acting(owner), group=sales, memberships=[member])
    browser = client_of(owner)
    first = browser.get(page("group", sales.pk))
    people = [person.label for person, _ in first.context["rows"]]
    assert people[0] == "Mina Haddad"
    assert people[1:3] == ["Crowd 000003", "Crowd 000004"]
    names = list(people)
    following = first
    while url := following.context["next_url"]:
        following = browser.get(page("group", sales.pk) + url)
        names += [person.label for person, _ in following.context["rows"]]
    assert len(names) == len(set(names)) == len(everyone)
    assert [person.label for person, _ in browser.get(page("group", sales.pk) + "?curators").context["rows"]] == [
        "Mina Haddad"
    ]


def test_deactivated_curator_is_marked(client_of, owner, member, sales):
    put(owner, sales, member)
    deactivate(member)
    assert "Deactivated" in text_of(client_of(owner).get(page("group", sales.pk)))


def test_person_who_lost_the_role_is_told_why_nothing_opens(client_of, reef, basic, corals):
    put(reef, corals, basic)
    give_role(basic, None)
    answer = client_of(basic).get(page("group", corals.pk, at="reef"))
    assert answer.status_code == 403
    assert "You have no role here yet." in text_of(answer)


def test_group_of_another_organization_is_not_there(client_of, owner, member, outsider):
    theirs = create_group(actor=acting(outsider), organization=outsider.organization, name="Whales", description="")
    browser = client_of(owner)
    with written() as news:
        paths = [page(name, theirs.pk) for name in ("group_edit", "group_delete", "group_add")]
        paths += [page(name, theirs.pk, member.pk) for name in ("group_remove", "group_curator")]
        for path in paths:
            assert browser.get(path).status_code == 404
            assert (
                browser.post(path, {"name": "Ours", "curates": "yes", "membership": str(member.pk)}).status_code == 404
            )
    assert news.nothing
    theirs.refresh_from_db()
    assert theirs.name == "Whales"
    assert not theirs.places.exists()


def test_who_does_not_see_the_members_finds_nobody_and_pastes_addresses(client_of, owner, member, admin, sales):
    arranger = join(owner, UserFactory(name="Ari Arranger"))
    hold(arranger, custom(owner.organization, "Arranger", "organization.read", "groups.read", "groups.update"))
    browser = client_of(arranger)
    seen = text_of(browser.get(page("group_add", sales.pk), {"q": "marram.example.org"}))
    assert "Find one" not in seen
    assert admin.email not in seen
    with written() as news:
        browser.post(page("group_add", sales.pk), {"addresses": owner.email})
    assert news.actions == ["group.member_added"]
    assert "Find one" in text_of(client_of(owner).get(page("group_add", sales.pk)))


def test_search_with_signs_of_its_own_goes_on_page_by_page(client_of, owner):
    Group.objects.bulk_create(
        [Group(organization=owner.organization, name=f"R&D #{number:03} 100%") for number in range(31)]
    )
    browser = client_of(owner)
    first = text_of(browser.get(page("groups"), {"q": "R&D #"}))
    assert "1 to 30 of 31" in first
    assert "R&amp;D #030" in text_of(browser.get(page("groups") + "?q=R%26D+%23&page=2"))
    assert "?q=R%26D+%23&amp;page=2" in first
