"""The members table: whom it shows under each filter and order, its tabs, its pages and its search."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from organizations.actions.details import save_copies
from organizations.actions.group_places import add_to_group
from organizations.actions.groups import create_group
from organizations.bulk.selection import Selection
from organizations.models import NEVER, Membership, MembershipText
from team.access.finding import people_by_name
from team.members import listing
from team.members.orders import _INDEXED, ORDERS
from tests.factories import UserFactory, acting, count_again, crowd, end_at, give_role, join, offer, pending

MEMBERS = "/o/marram/members/"


def names(page) -> list[str]:
    """Who stands in the rows, as the page calls them."""
    return re.findall(r"<(?:a|span) class=name[^>]*>([^<]+)</", page.content.decode())


def tabs(page) -> dict[str, int]:
    found = re.findall(r'<a href="\?[^"]*"[^>]*>([^<]+) <span class="n">([\d,]+)</span>', page.content.decode())
    return {label: int(count.replace(",", "")) for label, count in found}


def link(page, rel: str) -> str:
    found = re.search(rf'href="(\?[^"]*)" rel="{rel}"', page.content.decode())
    return found.group(1).replace("&amp;", "&") if found else ""


@pytest.fixture
def team(owner, admin, member, viewer, deactivated):
    """Everyone of the cast, and one without a role."""
    roleless = join(owner, UserFactory(name="Rolf Empty", email="rolf@marram.example.org"))
    give_role(roleless, None)
    return {"owner": owner, "admin": admin, "member": member, "viewer": viewer, "gone": deactivated, "none": roleless}


def test_active_pending_and_deactivated_people_are_in_one_table(client_of, team):
    offer(team["owner"], "new@example.org")
    page = client_of(team["owner"]).get(MEMBERS)
    assert names(page) == [
        "new@example.org", "Dario Conti", "Grace Okafor", "Mina Haddad", "Rolf Empty", "Tomás Rivera", "Vera Lindqvist",
    ]  # fmt: skip


def test_tabs_count_people_of_all_statuses_by_role(client_of, team):
    offer(team["owner"], "new@example.org")
    browser = client_of(team["owner"])
    expected = {"Everyone": 7, "Owner": 1, "Admin": 2, "Member": 2, "Viewer": 1, "No role": 1}
    assert tabs(browser.get(MEMBERS)) == expected
    assert tabs(browser.get(MEMBERS, {"status": "active"})) == expected


def test_who_sees_no_invitations_sees_them_neither_in_rows_nor_in_counts(client_of, team):
    offer(team["owner"], "new@example.org")
    page = client_of(team["viewer"]).get(MEMBERS)
    assert "new@example.org" not in page.content.decode()
    assert tabs(page)["Everyone"] == 6
    assert names(client_of(team["viewer"]).get(MEMBERS, {"status": "pending"})) == []


def test_each_filter_shows_those_who_match_and_nobody_else(client_of, org, team):
    now = timezone.now()
    group = create_group(actor=acting(team["owner"]), organization=org, name="Berlin", description="")
    add_to_group(actor=acting(team["owner"]), group=group, memberships=[team["member"], team["viewer"]])
    Membership.objects.filter(pk=team["admin"].pk).update(two_factor=True, last_active_at=now - timedelta(days=45))
    Membership.objects.filter(pk=team["member"].pk).update(last_active_at=now - timedelta(days=100))
    Membership.objects.filter(pk=team["viewer"].pk).update(last_active_at=now - timedelta(days=1))
    end_at(team["viewer"], now + timedelta(days=9))
    browser = client_of(team["owner"])
    browser.get(MEMBERS)  # from now on the owner was here
    Membership.objects.filter(pk=team["owner"].pk).update(last_active_at=now)
    admin_role = team["admin"].role_id.hex
    for query, who in {
        f"role={admin_role}": ["Dario Conti", "Tomás Rivera"],
        "role=none": ["Rolf Empty"],
        "status=deactivated": ["Dario Conti"],
        f"status=active&role={admin_role}": ["Tomás Rivera"],
        f"group={group.pk.hex}": ["Mina Haddad", "Vera Lindqvist"],
        f"group={group.pk.hex}&two_factor=off&status=active": ["Mina Haddad", "Vera Lindqvist"],
        "two_factor=on": ["Tomás Rivera"],
        "source=founded": ["Grace Okafor"],
        "active=never": ["Dario Conti", "Rolf Empty"],
        "active=30": ["Dario Conti", "Mina Haddad", "Rolf Empty", "Tomás Rivera"],
        "active=90": ["Dario Conti", "Mina Haddad", "Rolf Empty"],
        "ends=yes": ["Vera Lindqvist"],
        "q=conti": ["Dario Conti"],
        "q=TOMAS": ["Tomás Rivera"],
        "q=marram.example&status=deactivated": ["Dario Conti"],
        "q=ace ok": ["Grace Okafor"],
        "q=nobody": [],
    }.items():
        assert sorted(names(browser.get(f"{MEMBERS}?{query}"))) == who, query


# Moments that are none, that have no zone, and that some zone cannot say.
PLACES = ("9999999-01-01", "2020-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00")


def test_unknown_filters_orders_and_places_are_ignored(client_of, org, team, other_org):
    browser = client_of(team["owner"])
    everyone = names(browser.get(MEMBERS))
    for query in (
        "role=abc", "role=%00", f"role={org.pk.hex}", "status=gone", "group=xyz", "two_factor=maybe", "source=magic",
        "active=7", "ends=no", "order=secret", "order=-", "after=zzz", "after=~", "before=%00~x", "page=-1",
        "page=9999", "page=x", "order=active&after=0~yesterday", "nothing=1",
        *(f"order={order}={'0' * 32}~{place}" for order in ("joined&after", "-active&before") for place in PLACES),
    ):  # fmt: skip
        page = browser.get(f"{MEMBERS}?{query}")
        assert page.status_code == 200, query
        assert sorted(names(page)) == sorted(everyone), query


def test_role_and_group_of_another_organization_filter_nothing(client_of, team, outsider):
    group = create_group(actor=acting(outsider), organization=outsider.organization, name="Secret", description="")
    page = client_of(team["owner"]).get(f"{MEMBERS}?group={group.pk.hex}")
    assert "Secret" not in page.content.decode()
    assert len(names(page)) == 6


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_pages_follow_each_other_and_lead_back_in_every_order(client_of, org, owner, monkeypatch, order):
    monkeypatch.setattr(listing, "ROWS", 4)
    crowd(org, 10)
    now = timezone.now()
    for place, one in enumerate(org.memberships.order_by("id")):
        Membership.objects.filter(pk=one.pk).update(
            last_active_at=NEVER if place % 3 == 0 else now - timedelta(days=place % 2),
            joined_at=now - timedelta(days=place % 4),
            ends_at=None if one.owns else now + timedelta(days=1 + place % 5),
        )
    org.invitations.all().delete()
    count_again(org)
    query = f"?order={order}" + ("&ends=yes" if "ends" in order else "")
    browser = client_of(owner)
    Membership.objects.filter(pk=owner.pk).update(last_active_at=now)
    column = ORDERS[order].column
    rows = org.memberships.exclude(ends_at=None) if "ends" in order else org.memberships.all()
    expected = [one.label for one in rows.order_by(*ORDERS[order].columns())]
    seen, there = [], [query]
    page = browser.get(MEMBERS + query)
    seen += names(page)
    while onward := link(page, "next"):
        there.append(onward)
        page = browser.get(MEMBERS + onward)
        seen += names(page)
    assert seen == expected, column
    back: list[str] = []
    while True:
        back = names(page) + back
        if not (before := link(page, "prev")):
            break
        page = browser.get(MEMBERS + before)
    assert back == expected


def test_at_most_ten_pending_head_the_first_page_under_every_order(client_of, org, owner):
    pending(org, 12, ends=timezone.now() + timedelta(days=3))
    crowd(org, 60)
    org.invitations.filter(email__startswith="asked").delete()
    count_again(org)
    browser = client_of(owner)
    for order in ("name", "-name", "joined", "-joined", "active", "-active"):
        page = browser.get(MEMBERS, {"order": order})
        shown = names(page)
        assert sum(name.startswith("pending") for name in shown) == 10
        assert all(name.startswith("pending") for name in shown[:10])
        assert "Show all 12" in page.content.decode()
        assert not any(name.startswith("pending") for name in names(browser.get(MEMBERS + link(page, "next"))))
    assert len(names(browser.get(MEMBERS, {"status": "pending"}))) == 12


def test_search_sorts_a_thousand_of_those_who_match_and_says_so(client_of, org, owner, monkeypatch):
    monkeypatch.setattr(listing, "MOST_SORTED", 20)
    monkeypatch.setattr("team.views.members.MOST_SORTED", 20)
    crowd(org, 30)
    page = client_of(owner).get(MEMBERS, {"q": "crowd 0000"})
    assert "More than 20 people match" in page.content.decode()
    shown = [name for name in names(page) if name.startswith("Crowd")]
    assert len(shown) == 20
    assert shown == sorted(shown)
    page = client_of(owner).get(MEMBERS, {"q": "crowd 000003"})
    assert "people match" not in page.content.decode()


def test_one_or_two_letters_among_very_many_are_looked_for_where_words_begin(client_of, org, team, monkeypatch):
    browser = client_of(team["owner"])
    assert names(browser.get(MEMBERS, {"q": "ri"})) == ["Dario Conti", "Tomás Rivera"]
    monkeypatch.setattr("organizations.member_filters.LARGE", 3)
    page = browser.get(MEMBERS, {"q": "ri"})
    assert names(page) == ["Tomás Rivera"]
    assert "where a name or an address begins" in page.content.decode()


def test_whoever_is_renamed_is_found_by_the_new_name(client_of, org, team):
    text = MembershipText.objects.get(membership=team["member"]).text
    assert text == "\nmina\nhaddad\nmina@marram.example.org\nmina\ua78fhaddad"


@pytest.mark.parametrize(
    ("name", "found_by", "not_by"),
    [
        ("Ada Brandt 4018", ["ada", "DT 40", "a  brandt", "ada brandt 4018", "ndt"], ["dt40", "ada 4018", "dtq40"]),
        ("Chloé  MARTIN", ["chloe m", "CHLOÉ", "é martin", "martin"], ["chloem"]),
        ("Straße İzmir", ["strasse i", "izmir", "ße"], ["strase"]),
        ("℡ ﬁn", ["tel", "tel fin", "TEL"], ["telfin"]),
    ],
)
def test_search_finds_any_part_of_a_name_whatever_its_case_and_accents(client_of, team, name, found_by, not_by):
    member = team["member"]
    member.own_name = name
    member.copy_user(name, "x@y.example", two_factor=False)
    save_copies(member)
    browser = client_of(team["owner"])
    shown = {typed: names(browser.get(MEMBERS, {"q": typed})) for typed in (*found_by, *not_by)}
    assert {typed: len(rows) for typed, rows in shown.items()} == dict.fromkeys(found_by, 1) | dict.fromkeys(not_by, 0)


def test_every_pair_of_filter_and_order_that_is_offered_by_index_has_one():
    """The index begins with the organization, goes on with the filter's column and ends with order and id."""
    columns = {"role": "role", "status": "status", "two_factor": "two_factor", "source": "source"}
    there = {tuple(index.fields) for index in Membership._meta.indexes}
    for filters, orders in _INDEXED.items():
        for order in orders:
            column = ORDERS[order].column
            if filters == {"group"}:
                continue  # by the places in groups, below
            kept = [columns[name] for name in filters if name in columns]
            assert ("organization", *kept, column, "id") in there, (filters, order)


def test_people_without_a_role_have_an_index_of_their_own():
    """PostgreSQL takes no order from an index on the role where that is null."""
    conditions = {tuple(index.fields): index.condition for index in Membership._meta.indexes if index.condition}
    assert conditions["organization", "sort_name", "id"] == Q(role=None)


def test_table_is_found_again_as_it_was_left_after_a_change_to_one_person(client_of, team):
    browser = client_of(team["owner"])
    browser.get(f"{MEMBERS}?q=marram&status=active&order=-joined&secret=1")
    role = team["viewer"].role_id
    fields = {"role": str(role), "held_then": str(team["member"].role_id)}
    answer = browser.post(f"{MEMBERS}{team['member'].pk}/role/", fields)
    assert answer.headers["Location"] == f"{MEMBERS}?q=marram&status=active&order=-joined"
    browser.get(MEMBERS)
    answer = browser.post(
        f"{MEMBERS}{team['admin'].pk}/role/", {"role": str(role), "held_then": str(team["admin"].role_id)}
    )
    assert answer.headers["Location"] == MEMBERS


def test_names_and_addresses_are_escaped_in_rows(client_of, org, team):
    evil = '<img src=x onerror="alert(1)">'
    Membership.objects.filter(pk=team["member"].pk).update(name=evil, email="\"'><b>@x.example")
    text = client_of(team["owner"]).get(MEMBERS).content.decode()
    assert evil not in text
    assert "'><b>" not in text
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in text


@pytest.mark.parametrize("typed", ["´", "¨", "\u0301"], ids=ascii)
def test_search_that_no_name_can_hold_finds_nobody(client_of, org, team, typed):
    owner = team["owner"]
    browser = client_of(owner)
    assert names(browser.get(MEMBERS, {"q": typed})) == []
    assert people_by_name(org, typed) == []
    chosen = Selection(everything=True, query=urlencode({"q": typed}))
    assert not chosen.people(org, acting(owner), timezone.now()).exists()


def test_page_that_is_none_is_the_first(client_of, org, owner):
    crowd(org, 120)
    for page in ("0", "", "-1", "x", "9999"):
        assert client_of(owner).get(MEMBERS, {"q": "crowd", "page": page}).context["next_url"].endswith("page=2")


def test_table_with_a_very_long_search_is_found_again_with_every_filter(client_of, team):
    browser = client_of(team["owner"])
    browser.get(MEMBERS, {"q": "\U0001f98a" * 100, "status": "active", "after": "x" * 5_000})
    fields = {"role": str(team["viewer"].role_id), "held_then": str(team["member"].role_id)}
    answer = browser.post(f"{MEMBERS}{team['member'].pk}/role/", fields)
    asked = QueryDict(answer.headers["Location"].partition("?")[2])
    assert (asked["q"], asked["status"]) == ("\U0001f98a" * 100, "active")
