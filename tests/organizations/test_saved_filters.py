"""Filters of the members table that a person keeps for themself."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from uuid_utils.compat import uuid7

from organizations.actions.members import remove
from organizations.actions.saved_filters import delete_filter, save_filter
from organizations.models import MOST_FILTERS, Membership, SavedFilter
from tests.factories import acting, give_role, role_of
from tests.races import race
from tests.witness import written

PAGE = "/o/marram/members/filters/"


def save(by: Membership, name: str = "Active", query: str = "status=active") -> SavedFilter:
    return save_filter(actor=acting(by), membership=by, name=name, query=query)


def code_of(by: Membership, **what: str) -> str:
    with pytest.raises(ValidationError) as refusal:
        save(by, **what)
    if hasattr(refusal.value, "error_dict"):
        return str(next(iter(refusal.value.error_dict.values()))[0].code)
    return str(refusal.value.code)


def test_query_is_kept_as_the_table_spells_it(org, viewer):
    role = role_of(org, "admin").pk
    with written() as news:
        kept = save(
            viewer, "  All   admins ", f"?order=ends&status=active&role={role}&after=x&evil=%22%3E&group=nothing"
        )
    assert (kept.name, kept.query) == ("All admins", f"role={role.hex}&status=active")
    assert news.nothing


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"query": ""}, "empty"),
        ({"query": "nothing=here"}, "empty"),
        ({"query": "q=" + "%F0%9F%A6%8A" * 90}, "too_long"),
        ({"name": ""}, "blank"),
        ({"name": "x" * 41}, "max_length"),
        ({"name": "a\u202eb"}, "control_characters"),
    ],
    ids=["empty", "unknown", "too long", "no name", "long name", "odd name"],
)
def test_what_cannot_be_kept_is_refused(viewer, what, code):
    assert code_of(viewer, **what) == code
    assert not SavedFilter.objects.exists()


def test_name_is_kept_once_and_the_same_again_changes_nothing(viewer):
    first = save(viewer)
    assert save(viewer) == first
    assert code_of(viewer, name="ACTIVE") == "taken"
    assert code_of(viewer, query="status=deactivated") == "taken"


def test_there_is_an_end_to_them(viewer, admin):
    for number in range(MOST_FILTERS):
        save(viewer, f"Filter {number}")
    assert code_of(viewer) == "too_many"
    save(admin)


def test_nobody_keeps_or_deletes_for_another(owner, viewer):
    kept = save(viewer)
    with pytest.raises(PermissionDenied):
        save_filter(actor=acting(owner), membership=viewer, name="Mine", query="status=active")
    with pytest.raises(PermissionDenied):
        delete_filter(actor=acting(owner), membership=viewer, saved_filter=kept)
    delete_filter(actor=acting(owner), membership=owner, saved_filter=kept)
    assert SavedFilter.objects.get() == kept


def test_who_reads_no_members_keeps_none(viewer):
    give_role(viewer, None)
    with pytest.raises(PermissionDenied):
        save(viewer)


def test_they_go_with_the_membership(org, owner, viewer):
    save(viewer)
    remove(actor=acting(owner), organization=org, memberships=[viewer])
    assert not SavedFilter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(viewer):
    for number in range(MOST_FILTERS - 1):
        save(viewer, f"Filter {number}")
    race([partial(save, viewer, f"Last {number}") for number in range(4)])
    assert SavedFilter.objects.count() == MOST_FILTERS


def test_page_saves_and_leads_back_to_the_table(client_of, org, viewer):
    browser = client_of(viewer)
    text = browser.get(f"{PAGE}?query=status%3Dactive").content.decode()
    assert "Save this filter" in text
    answer = browser.post(PAGE, {"name": "Active", "query": "status=active&order=ends"})
    assert answer.headers["Location"] == "/o/marram/members/?status=active"
    text = browser.get(PAGE).content.decode()
    assert "Active" in text
    assert 'href="/o/marram/members/?status=active"' in text
    assert "Save this filter" not in text


@pytest.mark.parametrize(
    "fields", [{}, {"name": "Active"}, {"name": "", "query": "status=active"}, {"name": "\x00", "query": "q=%00"}]
)
def test_page_says_what_is_missing(client_of, viewer, fields):
    answer = client_of(viewer).post(PAGE, fields)
    assert answer.status_code == 200
    assert not SavedFilter.objects.exists()


def test_page_says_beside_the_name_that_it_is_taken(client_of, viewer):
    save(viewer)
    text = client_of(viewer).post(PAGE, {"name": "active", "query": "status=deactivated"}).content.decode()
    assert "You have a filter named Active already." in text
    assert 'value="active"' in text


def test_only_ones_own_are_listed_and_deleted(client_of, owner, viewer):
    theirs, own = save(owner, "Of the owner"), save(viewer, "Of the viewer")
    another = save(viewer, "Another", "status=deactivated")
    browser = client_of(viewer)
    assert "Of the owner" not in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}{theirs.pk}/delete/").status_code == 404
    assert browser.post(f"{PAGE}{uuid7()}/delete/").status_code == 404
    assert browser.post(f"{PAGE}{another.pk}/delete/").headers["Location"] == PAGE  # to those that are left
    answer = browser.post(f"{PAGE}{own.pk}/delete/", {"query": "status=active"})
    assert answer.headers["Location"] == "/o/marram/members/?status=active"
    assert list(SavedFilter.objects.all()) == [theirs]


def test_menu_is_fetched_with_the_one_that_is_on_marked(client_of, viewer):
    browser = client_of(viewer)
    assert "None yet" in browser.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    save(viewer)
    save(viewer, "Gone", "status=deactivated")
    text = browser.get(f"{PAGE}?query=status%3Dactive", headers={"HX-Request": "true"}).content.decode()
    assert text.count('aria-current="true"') == 1
    assert "?query=status%3Dactive" in text
    assert "<html" not in text


def test_what_is_missing_is_said_whoever_posts(client_of, viewer):
    fields = {"name": "", "query": "status=active"}
    text = client_of(viewer).post(PAGE, fields, headers={"HX-Request": "true"}).content.decode()
    assert "Give it a name to find it by." in text


def test_table_leads_to_the_menu_of_what_it_shows(client_of, viewer):
    text = client_of(viewer).get("/o/marram/members/?status=active").content.decode()
    assert text.count('"filters/?query=status%3Dactive"') == 2  # for scripts, and as a plain link
