"""One person's page: who may open it, what it says, and what it keeps to itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import Extension, Membership
from tests.factories import UserFactory, crowd, deactivate, end_at, found, give_role, join
from tests.team.test_access_page import custom, group_of, hold, text_of
from tests.witness import written


def page_of(client, membership: Membership):
    return client.get(f"/o/marram/members/{membership.pk}/")


def test_page_says_who_the_person_is_here_and_what_they_may_do(client_of, owner, member):
    group_of(owner.organization, "Field sales", member, curates=True)
    with written() as news:
        page = page_of(client_of(owner), member)
    assert news.nothing
    said = text_of(page)
    assert page.status_code == 200
    assert "Active · Member" in said
    assert "mina@ marram.example.org" in said
    assert "invited by Grace Okafor" in said
    assert "Field sales Since" in said
    assert "Curator" in said
    assert "With the team Read the organization, members, invitations, roles and groups" in said
    assert "Mina Haddad accepted the invitation and joined as Member" in said
    assert f"/o/marram/members/{member.pk}/role/" in page.content.decode()


def test_grants_by_group_stand_with_the_groups_they_reach(client_of, owner, member):
    org = owner.organization
    hold(member, custom(org, "Keeper", "organization.read", "groups.update@groups", "groups.delete@curated"))
    group_of(org, "Field sales", member)
    group_of(org, "Spring launch", member, curates=True)
    said = text_of(page_of(client_of(owner), member))
    assert "In Spring launch and Field sales Update groups" in said
    assert "As curator of Spring launch Delete groups" in said


def test_everyone_opens_their_own_page_and_only_that(client_of, owner, member):
    hold(member, custom(owner.organization, "Loner", "organization.read"))
    browser = client_of(member)
    page = page_of(browser, member)
    assert page.status_code == 200
    assert "This is you" in text_of(page)
    assert "Change role" not in text_of(page)
    assert page_of(browser, owner).status_code == 403


def test_person_of_another_organization_is_none_here(client_of, owner, outsider):
    assert page_of(client_of(owner), outsider).status_code == 404
    assert client_of(outsider).get(f"/o/marram/members/{owner.pk}/").status_code == 404


def lapse(membership: Membership) -> None:
    end_at(membership, timezone.now() - timedelta(days=1))


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (deactivate, "Nothing now. Membership of Marram Instruments was deactivated."),
        (lapse, "Nothing now. End date has passed. Access ended on"),
        (lambda one: give_role(one, None), "Nothing now. No role has been given. Without a role nothing is granted."),
    ],
)  # fmt: skip
def test_person_without_access_may_do_nothing_and_the_page_says_why(client_of, owner, member, end, said):
    end(member)
    assert said in text_of(page_of(client_of(owner), member))


def test_button_that_may_not_be_pressed_says_why(client_of, owner, admin):
    browser = client_of(admin)
    assert "Nobody changes their own role. Ask someone else who may." in text_of(page_of(browser, admin))
    assert "Grace Okafor owns Marram Instruments. Only an owner can change that." in text_of(page_of(browser, owner))


def test_history_and_groups_are_for_those_who_may_read_them(client_of, owner, member, viewer):
    hold(viewer, custom(owner.organization, "Auditor", "organization.read", "members.read"))
    group_of(owner.organization, "Field sales", member)
    said = text_of(page_of(client_of(viewer), member))
    assert "What changed here" not in said
    assert "Field sales" not in said
    assert "invited by" not in said


def test_what_waits_for_production_approval_stands_apart(client_of, db):
    ada = found(UserFactory(name="Ada"), "Marram Instruments", "marram", scheme="partner-portal")
    said = text_of(page_of(client_of(ada), join(ada, UserFactory(name="Mina Haddad"), "support")))
    assert "Once approved for production Create orders" in said
    assert "Everywhere Read and update orders" in said


def test_page_says_what_the_organization_keeps_about_the_person(client_of, owner, member):
    Membership.objects.filter(pk=member.pk).update(
        own_name="Mina H.", name="Mina H.", job_title="Head of sales", phone="+49 30 55"
    )
    said = text_of(page_of(client_of(owner), member))
    assert "Account Mina Haddad Title Head of sales Phone +49 30 55" in said
    assert "never active" in said
    assert "Last active Never" in said
    assert "Access ends Never Set" in said
    client_of(member).get("/o/marram/")
    assert "last active" in text_of(page_of(client_of(owner), member))


def test_who_may_not_change_anything_is_offered_nothing(client_of, owner, member, viewer):
    page = page_of(client_of(viewer), member)
    assert page.context["items"] == []
    assert "Edit details" not in text_of(page)
    assert "Never Set" not in text_of(page)
    assert "History" not in text_of(page)


def test_own_page_leads_to_own_details_and_history(client_of, owner, member):
    page = page_of(client_of(member), member)
    assert "Edit details" in text_of(page)
    assert "Mina Haddad accepted the invitation and joined as Member" in text_of(page)
    assert f"/o/marram/members/{member.pk}/history/" in page.content.decode()


def test_request_for_more_time_stands_on_the_page(client_of, owner, member, viewer):
    ends = timezone.now() + timedelta(days=3)
    end_at(member, ends)
    Extension.objects.create(organization=owner.organization, membership=member, ended_then=ends)
    assert "Mina Haddad asked for more time" in text_of(page_of(client_of(owner), member))
    assert "You asked for more time" in text_of(page_of(client_of(member), member))
    assert "asked for more time" not in text_of(page_of(client_of(viewer), member))


def test_history_is_of_this_organization_alone(client_of, owner, member, outsider):
    join(outsider, member.user)
    said = text_of(page_of(client_of(owner), member))
    assert said.count("accepted the invitation and joined") == 1


def test_names_of_the_members_table_lead_there(client_of, owner, member):
    page = client_of(owner).get("/o/marram/members/").content.decode()
    assert f"{member.pk}/" in page or f"{member.pk.hex}/" in page
    assert "/o/marram/access/" in page


def test_page_asks_as_seldom_with_many_groups_and_changes(client_of, owner, admin, member):
    """Also for somebody whose grants are by group, whose place in the groups is asked as well."""
    org = owner.organization
    hold(member, custom(org, "Keeper", "organization.read", "groups.update@groups"))
    browser = client_of(admin)
    page_of(browser, member)  # what the first visit remembers is asked once
    counts = []
    for size in (1, 40):
        for number in range(size):
            group_of(org, f"Team {size} {number}", member)
        crowd(org, size)
        for path in (f"/o/marram/members/{member.pk}/", ask(member, "groups.update"), ask(member, "members.read")):
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(path)
            assert page.status_code == 200
            assert len(page.content) <= 60 * 1024
            counts.append((path, len(queries)))
    assert len(set(counts)) == 3
    assert max(count for _, count in counts) <= 12


def ask(membership: Membership, permission: str) -> str:
    return f"/o/marram/access/?membership={membership.pk.hex}&permission={permission}"


def test_groups_that_the_reader_may_not_see_are_counted_and_not_named(client_of, owner, member, viewer):
    org = owner.organization
    hold(viewer, custom(org, "Auditor", "organization.read", "members.read"))
    hold(member, custom(org, "Keeper", "organization.read", "groups.update@groups", "groups.delete@curated"))
    assert "In groups, once there is one Update groups" in text_of(page_of(client_of(viewer), member))
    group_of(org, "Field sales", member)
    group_of(org, "Spring launch", member, curates=True)
    said = text_of(page_of(client_of(viewer), member))
    assert "In 2 groups Update groups" in said
    assert "As curator of 1 group Delete groups" in said
    assert "Field sales" not in said
