"""Contact details: the organization's own, edited by their person and by those who run the team."""

from __future__ import annotations

import pytest

from organizations.models import GroupPlace, Membership, MembershipText
from tests.factories import UserFactory, join
from tests.organizations.changing import row
from tests.team.test_access_page import custom, group_of, hold, text_of
from tests.witness import written


def page_of(membership: Membership) -> str:
    return f"/o/marram/members/{membership.pk}/edit/"


def test_admin_edits_what_the_organization_shows_and_the_account_stays(client_of, owner, admin, member):
    group_of(owner.organization, "Field sales", member)
    place = GroupPlace.objects.get(membership=member)
    with written() as news:
        answer = client_of(admin).post(
            page_of(member), {"own_name": " Mina H. ", "job_title": "Head of sales", "phone": "+49 30 55"}
        )
    assert answer.headers["Location"] == f"/o/marram/members/{member.pk}/"
    found = row(member)
    assert (found["own_name"], found["job_title"], found["phone"]) == ("Mina H.", "Head of sales", "+49 30 55")
    assert (found["name"], found["sort_name"]) == ("Mina H.", "mina h.")
    place.refresh_from_db()
    assert place.sort_name == "mina h."
    assert "mina\nh." in MembershipText.objects.get(pk=member.pk).text
    member.user.refresh_from_db()
    assert member.user.name == "Mina Haddad"
    assert news.actions == ["member.details_edited"]
    assert news.events[0].after == {"own_name": "Mina H.", "job_title": "Head of sales", "phone": "+49 30 55"}
    assert not news.mails


def test_everyone_edits_their_own_and_nobody_elses(client_of, owner, member, viewer):
    browser = client_of(member)
    assert "Your contact details" in text_of(browser.get(page_of(member)))
    assert browser.post(page_of(member), {"phone": "+49 1"}).status_code == 302
    assert row(member)["phone"] == "+49 1"
    with written() as news:
        assert browser.post(page_of(viewer), {"phone": "+49 1"}).status_code == 403
    assert news.nothing


def test_nobody_edits_the_details_of_a_superior(client_of, owner, admin):
    said = text_of(client_of(admin).get(page_of(owner)))
    assert "Grace Okafor owns Marram Instruments. Only an owner can change that." in said
    with written() as news:
        assert client_of(admin).post(page_of(owner), {"phone": "+49 1"}).status_code == 403
    assert news.nothing


def test_person_of_another_organization_is_none_here(client_of, owner, outsider):
    assert client_of(owner).get(page_of(outsider)).status_code == 404
    assert client_of(owner).post(page_of(outsider), {"phone": "1"}).status_code == 404
    assert row(outsider)["phone"] == ""


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("phone", "call me", "Use digits, spaces and + ( ) - only."),
        ("phone", "1" * 33, "Use at most 32 characters."),
        ("own_name", "x" * 101, "Use at most 100 characters."),
        ("own_name", "see https://evil.example", "Please leave out links and web addresses."),
        ("job_title", "a\u202eb", "Please leave out invisible and control characters."),
    ],
    ids=["phone", "long-phone", "long-name", "link", "hidden"],
)
def test_what_is_wrong_stands_beside_its_field_and_stays_typed(client_of, owner, member, field, typed, said):
    with written() as news:
        answer = client_of(owner).post(page_of(member), {field: typed})
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert row(member)[field] == ""
    assert news.nothing


def test_saving_on_an_older_page_is_told(client_of, owner, member):
    browser = client_of(owner)
    shown = browser.get(page_of(member)).context["form"]["shown"].value()
    browser.post(page_of(member), {"job_title": "Head of sales", "shown": shown})
    again = browser.post(page_of(member), {"job_title": "Intern", "shown": shown})
    assert "Somebody else changed these details meanwhile." in text_of(again)
    assert row(member)["job_title"] == "Head of sales"
    newer = again.context["form"]["shown"].value()
    assert browser.post(page_of(member), {"job_title": "Intern", "shown": newer}).status_code == 302
    assert row(member)["job_title"] == "Intern"


def test_nothing_new_is_no_event(client_of, owner, member):
    with written() as news:
        assert client_of(owner).post(page_of(member), {}).status_code == 302
    assert news.nothing


def test_own_name_outlives_a_change_of_the_account(client_of, owner, member):
    client_of(member).post(page_of(member), {"own_name": "Mina of sales"})
    profile = {"name": "Mina Smith", "time_zone": "UTC", "phone": "", "job_title": ""}
    client_of(member).post("/accounts/profile/", profile)
    assert row(member)["name"] == "Mina of sales"
    client_of(member).post(page_of(member), {"own_name": ""})
    assert row(member)["name"] == "Mina Smith"


def test_page_leads_back_to_the_table_it_was_opened_from(client_of, owner, member):
    browser = client_of(owner)
    there = f"{page_of(member)}?next=/o/marram/members/%3Frole%3Dnone"
    assert browser.post(there, {"phone": "1"}).headers["Location"] == "/o/marram/members/?role=none"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/o/lee/members/", "/o/marram/members/../x", "/o/marram/members/x"],
    ids=["other", "no-scheme", "lee", "dots", "below"],
)
def test_page_leads_nowhere_else(client_of, owner, member, elsewhere):
    answer = client_of(owner).post(f"{page_of(member)}?next={elsewhere}", {"phone": "1"})
    assert answer.headers["Location"] == f"/o/marram/members/{member.pk}/"


def test_whoever_reads_no_members_edits_their_own_too(client_of, owner):
    loner = join(owner, UserFactory(name="Lone"))
    hold(loner, custom(owner.organization, "Loner", "organization.read"))
    answer = client_of(loner).post(page_of(loner), {"phone": "1"})
    assert answer.headers["Location"] == f"/o/marram/members/{loner.pk}/"
    assert client_of(loner).get(answer.headers["Location"]).status_code == 200
