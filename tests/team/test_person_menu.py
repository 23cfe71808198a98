"""The menus of the rows: what can be done about somebody, and why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.models import Invitation
from organizations.models import GroupPlace, Membership
from tests.factories import UserFactory, end_at, give_role, join, offer
from tests.team.test_access_page import custom, group_of, hold, text_of


def menu_of(client, membership: Membership, **headers):
    return client.get(f"/o/marram/members/{membership.pk}/menu/", headers=headers)


def labels(answer) -> list[str]:
    return [item.label for item, _ in answer.context["items"]]


def reasons(answer) -> dict[str, str]:
    return {item.label: item.reason for item, _ in answer.context["items"] if item.reason}


OF_ANOTHER = [
    "Open",
    "Edit details",
    "Groups",
    "Set end of access",
    "Send a password reset",
    "Address and second factor",
    "Deactivate",
    "Remove from Marram Instruments",
]


def test_admin_is_offered_everything_about_a_member(client_of, owner, admin, member):
    group_of(owner.organization, "Field sales", member)
    group_of(owner.organization, "Night shift", member)
    answer = menu_of(client_of(admin), member)
    assert labels(answer) == OF_ANOTHER
    assert reasons(answer) == {}
    assert "Groups 2" in text_of(answer)
    assert "<html" not in answer.content.decode()


def test_what_may_not_be_done_says_why_once(client_of, owner, admin):
    answer = menu_of(client_of(admin), owner)
    said = "Grace Okafor owns Marram Instruments. Only an owner can change that."
    assert set(reasons(answer)) == set(OF_ANOTHER) - {"Open", "Groups"}
    assert set(reasons(answer).values()) == {said}
    page = answer.content.decode()
    assert page.count(f"<small>{said}") == 1
    assert "data-dialog" not in page


def test_owner_among_several_can_be_deactivated_and_has_no_end(client_of, owner):
    second = join(owner, UserFactory(name="Olu"), "admin")
    give_role(second, "owner")
    found = reasons(menu_of(client_of(owner), second))
    assert set(found) == {"Set end of access"}


def test_who_lacks_the_permission_is_not_shown_the_item(client_of, owner, member, viewer):
    assert labels(menu_of(client_of(viewer), member)) == ["Open"]
    hold(viewer, custom(owner.organization, "Editor", *member.role.grants, "members.read", "members.update"))
    assert "Remove from Marram Instruments" not in labels(menu_of(client_of(viewer), member))


def test_own_menu_leads_to_profile_details_and_the_way_out(client_of, owner, member):
    answer = menu_of(client_of(member), member)
    assert labels(answer) == ["Open", "Your profile", "Edit your details here", "Leave Marram Instruments"]
    assert "You are the last owner" in reasons(menu_of(client_of(owner), owner))["Leave Marram Instruments"]


def test_deactivated_person_can_be_reactivated_while_there_is_a_seat(client_of, owner, deactivated):
    browser = client_of(owner)
    answer = menu_of(browser, deactivated)
    assert "Reactivate" in labels(answer)
    assert "Deactivate" not in labels(answer)
    assert reasons(answer) == {}
    owner.organization.seat_limit = 1
    owner.organization.save(update_fields=["seat_limit"])
    assert "No seat is free" in reasons(menu_of(browser, deactivated))["Reactivate"]


def test_person_past_the_end_is_offered_to_be_reactivated(client_of, owner, member):
    end_at(member, timezone.now() - timedelta(days=1))
    assert "Reactivate" in labels(menu_of(client_of(owner), member))


@pytest.mark.parametrize(
    ("url", "carried"),
    [
        ("https://testserver/o/marram/members/?role=none&page=2", True),
        ("https://testserver/o/marram/members/", False),
        ("https://testserver/o/lee/members/?q=x", False),
        ("nonsense", False),
        ("http://[::1", False),
    ],
    ids=["filtered", "plain", "another", "none", "broken"],
)
def test_items_lead_back_to_the_table_as_it_is(client_of, owner, member, url, carried):
    page = menu_of(client_of(owner), member, HX_CURRENT_URL=url).content.decode()
    assert ("next=%2Fo%2Fmarram%2Fmembers%2F%3Frole%3Dnone%26page%3D2" in page) is carried
    assert ("next=" in page) is carried


def test_groups_that_one_may_not_see_are_not_counted(client_of, owner, member, viewer):
    org = owner.organization
    group_of(org, "Board", member)
    GroupPlace.objects.create(group=group_of(org, "Field sales", member), membership=viewer)
    hold(
        viewer,
        custom(org, "Keeper", "organization.read", "members.read", "groups.read@groups", "groups.update@groups"),
    )
    assert "Groups 1" in text_of(menu_of(client_of(viewer), member))


def test_menu_asks_seldom(client_of, owner, admin, member):
    browser = client_of(admin)
    menu_of(browser, member)
    for person in (member, owner):
        with CaptureQueriesContext(connection) as queries:
            menu_of(browser, person)
        assert len(queries) <= 7


def menu_of_offer(client, invitation: Invitation):
    return client.get(f"/o/marram/invitations/{invitation.pk}/menu/")


def test_menu_of_an_invitation(client_of, owner, admin, member):
    invitation = offer(owner, "uma@example.org", "admin")
    answer = menu_of_offer(client_of(owner), invitation)
    assert labels(answer) == ["Open", "Send again", "Extend", "Correct the address", "Another role", "Revoke"]
    assert reasons(answer) == {}
    assert labels(menu_of_offer(client_of(member), invitation)) == ["Open"]


def test_invitation_that_ended_says_so(client_of, owner):
    invitation = offer(owner, "uma@example.org")
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(days=1))
    found = reasons(menu_of_offer(client_of(owner), invitation))
    assert set(found) == {"Extend", "Correct the address", "Another role", "Revoke"}
    assert "is expired" in found["Revoke"]


def test_menu_of_an_invitation_leads_back_to_the_page_in_which_it_was_opened(client_of, owner):
    invitation = offer(owner, "uma@example.org")
    url = f"/o/marram/invitations/{invitation.pk}/menu/"
    for opened, expected in (
        ("https://roster.example/o/marram/invitations/?status=failed", "?next=%2Fo%2Fmarram%2Finvitations%2F%3Fstatus"),
        ("https://roster.example/o/lee/invitations/", 'revoke/"'),
        ("http://[::1", 'revoke/"'),
    ):
        html = client_of(owner).get(url, headers={"HX-Current-URL": opened}).content.decode()
        assert expected in html
