"""Deactivating, reactivating and removing one person on their pages, and when their access ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from organizations.models import Extension, GroupPlace, Membership, MembershipText, SavedFilter
from organizations.signals import member_removed
from tests.factories import UserFactory, deactivate, end_at, give_role, join, offer
from tests.organizations.changing import row
from tests.team.test_access_page import custom, group_of, hold, text_of
from tests.witness import counters, written


def page_of(membership: Membership, what: str) -> str:
    return f"/o/marram/members/{membership.pk}/{what}/"


def test_deactivating_says_what_happens_and_can_be_undone(client_of, owner, admin, member):
    offer(admin, "uma@example.org")
    hold(member, custom(owner.organization, "Host", "organization.read", "invitations.create"))
    browser = client_of(owner)
    said = text_of(browser.get(page_of(admin, "deactivate")))
    assert "Deactivate Tomás Rivera in Marram Instruments?" in said
    assert "ends at once" in said
    assert "is signed out, too" in said
    assert "1 open invitation that Tomás Rivera sent is revoked." in said
    assert "A seat becomes free." in said
    theirs = client_of(admin)
    with written() as news:
        answer = browser.post(page_of(admin, "deactivate"), follow=True)
    assert row(admin)["status"] == "deactivated"
    assert "member.deactivated" in news.actions
    assert "Tomás Rivera has no access to Marram Instruments any more." in text_of(answer)
    assert "Undo" in text_of(answer)
    assert theirs.get("/o/marram/").status_code in (302, 403)
    counters(owner.organization)


def test_page_does_not_tell_where_else_somebody_belongs(client_of, owner, member, outsider):
    browser = client_of(owner)
    before = text_of(browser.get(page_of(member, "deactivate")))
    join(outsider, member.user)
    assert "is signed out, too, unless active in another organization." in before
    assert text_of(browser.get(page_of(member, "deactivate"))) == before


def test_deactivated_person_is_told_whom_to_ask(client_of, owner, member):
    deactivate(member)
    said = text_of(client_of(member).get("/o/marram/"))
    assert "Your access to Marram Instruments has ended" in said
    assert "You can ask Grace Okafor to give it back." in said


def test_reactivating_gives_back_role_and_groups_and_takes_a_seat(client_of, owner, deactivated):
    group_of(owner.organization, "Field sales", deactivated)
    browser = client_of(owner)
    said = text_of(browser.get(page_of(deactivated, "reactivate")))
    assert "has access to Marram Instruments again at once, as Admin." in said
    assert "The places in Field sales count again." in said
    assert "A seat is taken." in said
    answer = browser.post(page_of(deactivated, "reactivate"), follow=True)
    assert "Dario Conti has access to Marram Instruments again." in text_of(answer)
    assert row(deactivated)["status"] == "active"
    counters(owner.organization)


def test_reactivating_without_a_free_seat_says_so(client_of, owner, deactivated):
    org = owner.organization
    org.seat_limit = 1
    org.save(update_fields=["seat_limit"])
    browser = client_of(owner)
    assert "No seat is free" in text_of(browser.get(page_of(deactivated, "reactivate")))
    with written() as news:
        answer = browser.post(page_of(deactivated, "reactivate"), follow=True)
    assert "No seat is free" in text_of(answer)
    assert row(deactivated)["status"] == "deactivated"
    assert news.nothing


def test_reactivating_past_the_end_asks_for_a_later_end_first(client_of, owner, member):
    end_at(member, timezone.now() - timedelta(days=1))
    said = text_of(client_of(owner).get(page_of(member, "reactivate")))
    assert "The access of Mina Haddad has ended. Set a later end or none first." in said


def test_removing_says_what_goes_and_offers_to_deactivate(client_of, owner, admin):
    offer(admin, "uma@example.org")
    group_of(owner.organization, "Field sales", admin)
    page = client_of(owner).get(page_of(admin, "remove"))
    said = text_of(page)
    assert "Remove Tomás Rivera from Marram Instruments?" in said
    assert "and leaves Field sales." in said
    assert "1 open invitation that Tomás Rivera sent is revoked." in said
    assert "A seat becomes free." in said
    assert "This cannot be undone. To pause access instead, deactivate" in said
    assert "Type Tomás Rivera to confirm" in said
    assert 'data-must-be="Tomás Rivera"' in page.content.decode()


@pytest.mark.parametrize("typed", ["", "Tomás", "tomás rivera", "tomas@marram.example.org", "Grace Okafor"], ids=str)
def test_name_that_does_not_match_removes_nobody(client_of, owner, admin, typed):
    with written() as news:
        answer = client_of(owner).post(page_of(admin, "remove"), {"typed": typed})
    assert answer.status_code == 200
    assert "This is not what stands above. Type Tomás Rivera, or cancel." in text_of(answer)
    assert row(admin)
    assert news.nothing


def test_removed_person_leaves_nothing_here_and_keeps_the_account(client_of, owner, admin):
    org = owner.organization
    group_of(org, "Field sales", admin)
    SavedFilter.objects.create(membership=admin, name="Mine", query="role=none")
    Extension.objects.create(organization=org, membership=admin, ended_then=timezone.now())
    told = []

    def host_product(sender, organization, membership, actor, **kwargs):
        places = list(membership.group_places.values_list("group__name", flat=True))
        told.append((organization, membership.user.email, membership.role.key, places, actor.label))

    member_removed.connect(host_product)
    try:
        answer = client_of(owner).post(page_of(admin, "remove"), {"typed": " Toma\u0301s  Rivera "}, follow=True)
    finally:
        member_removed.disconnect(host_product)
    assert told == [(org, "tomas@marram.example.org", "admin", ["Field sales"], "Grace Okafor")]
    assert answer.redirect_chain[0][0] == "/o/marram/members/"
    assert "Tomás Rivera no longer belongs to Marram Instruments." in text_of(answer)
    assert "Undo" not in text_of(answer)
    assert not row(admin)
    for model in (GroupPlace, MembershipText, SavedFilter, Extension):
        assert not model.objects.filter(membership=admin.pk).exists()
    assert User.objects.filter(pk=admin.user_id, is_active=True).exists()
    event = Event.objects.filter(action="member.removed").get()
    assert (event.target_id, event.target_label, event.before["role"]) == (admin.user_id, "Tomás Rivera", "Admin")
    counters(org)


def test_whoever_has_no_name_is_removed_by_address(client_of, owner):
    person = join(owner, UserFactory(name="", email="uma@example.org"))
    browser = client_of(owner)
    assert "Type uma@example.org to confirm" in text_of(browser.get(page_of(person, "remove")))
    assert browser.post(page_of(person, "remove"), {"typed": "uma@example.org"}).status_code == 302
    assert not row(person)


@pytest.mark.parametrize("what", ["deactivate", "remove"])
def test_nobody_does_it_to_a_superior_or_to_themselves(client_of, owner, admin, what):
    browser = client_of(admin)
    said = text_of(browser.get(page_of(owner, what)))
    assert "Grace Okafor owns Marram Instruments. Only an owner can change that." in said
    assert "You can leave instead." in text_of(browser.get(page_of(admin, what)))
    for person, name in ((owner, "Grace Okafor"), (admin, "Tomás Rivera")):
        with written() as news:
            browser.post(page_of(person, what), {"typed": name})
        assert row(person)["status"] == "active"
        assert news.nothing


@pytest.mark.parametrize("what", ["deactivate", "reactivate", "remove", "end"])
def test_person_of_another_organization_is_none_here(client_of, owner, outsider, what):
    browser = client_of(owner)
    before = row(outsider)
    assert browser.get(page_of(outsider, what)).status_code == 404
    assert browser.post(page_of(outsider, what), {"typed": "Oskar Lee", "when": "7"}).status_code == 404
    assert row(outsider) == before


def test_groups_that_one_may_not_see_are_counted(client_of, owner, member, viewer):
    org = owner.organization
    group_of(org, "Board", member)
    hold(member, custom(org, "Reader", "organization.read"))
    hold(viewer, custom(org, "Remover", "organization.read", "members.read", "members.update", "members.delete"))
    said = text_of(client_of(viewer).get(page_of(member, "remove")))
    assert "and leaves 1 group." in said
    assert "Board" not in said


class TestEnd:
    """When access ends, set for one person."""

    def test_day_ends_where_its_reader_is_and_can_be_undone(self, client_of, owner, member):
        User.objects.filter(pk=owner.user_id).update(time_zone="America/New_York")
        browser = client_of(owner)
        assert "in America/New_York" in text_of(browser.get(page_of(member, "end")))
        with written() as news:
            answer = browser.post(page_of(member, "end"), {"when": "day", "day": "2099-03-31"}, follow=True)
        assert row(member)["ends_at"].isoformat() == "2099-04-01T03:59:59+00:00"
        assert news.actions == ["member.end_set"]
        assert "ends on 31 March 2099" in text_of(answer)
        assert "Undo" in text_of(answer)

    @pytest.mark.parametrize("days", [7, 30, 90])
    def test_days_that_are_often_meant(self, client_of, owner, member, days):
        client_of(owner).post(page_of(member, "end"), {"when": str(days)})
        left = row(member)["ends_at"] - timezone.now()
        assert timedelta(days=days - 1) < left < timedelta(days=days + 1)

    def test_end_is_taken_away(self, client_of, owner, member):
        end_at(member, timezone.now() + timedelta(days=3))
        shown = client_of(owner).get(page_of(member, "end")).context["form"]["day"].value()
        client_of(owner).post(page_of(member, "end"), {"when": "never", "day": f"{shown:%Y-%m-%d}"})
        assert row(member)["ends_at"] is None

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"when": "day", "day": "2020-01-01"}, "That day is past. Choose one that is to come."),
            ({"when": "day"}, "Choose a day."),
            ({"when": "day", "day": "soon"}, "Choose a day, such as 2027-03-31."),
            ({"when": "yesterday"}, "Choose one of these."),
            ({}, "Choose when."),
        ],
        ids=["past", "none", "no-day", "unknown", "nothing"],
    )
    def test_what_is_wrong_stands_beside_its_field(self, client_of, owner, member, typed, said):
        with written() as news:
            answer = client_of(owner).post(page_of(member, "end"), typed)
        assert answer.status_code == 200
        assert said in text_of(answer)
        assert row(member)["ends_at"] is None
        assert news.nothing

    @pytest.mark.parametrize("left_over", ["2099-01-01", "2020-01-01", "soon"])
    def test_day_that_was_not_chosen_does_not_matter(self, client_of, owner, member, left_over):
        client_of(owner).post(page_of(member, "end"), {"when": "7", "day": left_over})
        assert timezone.localdate(row(member)["ends_at"]) == timezone.localdate() + timedelta(days=7)

    def test_owner_has_no_end_and_nobody_sets_their_own(self, client_of, owner, admin):
        second = join(owner, UserFactory(name="Olu"), "admin")
        give_role(second, "owner")
        said = text_of(client_of(owner).get(page_of(second, "end")))
        assert "Olu owns Marram Instruments, and an owner" in said
        assert "access has no end." in said
        assert "Nobody sets when their own access ends." in text_of(client_of(admin).get(page_of(admin, "end")))
        for by, person in ((owner, second), (admin, admin), (admin, owner)):
            answer = client_of(by).post(page_of(person, "end"), {"when": "7"})
            assert answer.status_code == 200
            assert row(person)["ends_at"] is None


def test_answer_leads_back_to_the_table_as_it_was(client_of, owner, member):
    path = f"{page_of(member, 'remove')}?next=/o/marram/members/%3Fstatus%3Dactive"
    answer = client_of(owner).post(path, {"typed": "Mina Haddad"})
    assert answer.headers["Location"] == "/o/marram/members/?status=active"
