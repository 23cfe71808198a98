"""The history of a role, of a group, of an invitation and of oneself: the same component as the log's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import oneself
from audit.guards import lowered
from audit.models import Event
from invitations.actions.answering import accept
from organizations.actions.accounts import delete_account
from organizations.actions.group_places import add_to_group, make_curators, remove_from_group
from organizations.actions.groups import create_group, edit_group
from organizations.actions.roles import create_role
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, deactivate, end_at, give_role, offer
from tests.organizations.changing import assign, suspend
from tests.team.noting import events_of, lines_of, note, shown, text_of


def group(owner, name="Field sales"):
    return create_group(actor=acting(owner), organization=owner.organization, name=name, description="")


def test_history_of_a_role_and_the_way_to_it(client_of, owner, org, admin, viewer):
    role = create_role(
        actor=acting(owner), organization=org, label="Night shift", description="", caution="", elevated=False,
        grants=["members.read", "roles.read"],
    )  # fmt: skip
    path = f"/o/marram/roles/{role.pk}/"
    assert f'href="{path}history/"' in client_of(admin).get(path).content.decode()
    assert "History" not in text_of(client_of(viewer).get(path))
    said = text_of(client_of(admin).get(f"{path}history/"))
    assert "Grace Okafor created the role Night shift" in said
    assert "Grants members.read, roles.read" in said
    assert "This is where the history begins" in said


def test_history_of_a_group_says_who_came_and_went_under_every_name_it_had(client_of, owner, org, admin, member):
    other = group(owner, "Night shift")
    add_to_group(actor=acting(owner), group=other, memberships=[member])
    sales = group(owner)
    add_to_group(actor=acting(owner), group=sales, memberships=[member, admin])
    edit_group(actor=acting(owner), group=sales, name="Inside sales", description="", version=1)
    make_curators(actor=acting(owner), group=sales, memberships=[member])
    remove_from_group(actor=acting(owner), group=sales, memberships=[admin])
    path = f"/o/marram/groups/{sales.pk}/"
    assert f'href="{path}history/"' in client_of(admin).get(path).content.decode()
    page = client_of(owner).get(f"{path}history/")
    said = text_of(page)
    for one in (
        "created the group Field sales", "put Mina Haddad into the group Field sales", "changed the group Inside sales",
        "made Mina Haddad curator of Inside sales", "took Tomás Rivera out of the group Inside sales",
    ):  # fmt: skip
        assert one in said
    assert "Night shift" not in said
    assert len(shown(page)) == 6


def test_history_of_a_group_leaves_out_an_older_one_of_the_same_name(client_of, owner, org, member):
    note(org, action="group.member_added", after={"group": "Field sales"})
    sales = group(owner)
    add_to_group(actor=acting(owner), group=sales, memberships=[member])
    assert len(shown(client_of(owner).get(f"/o/marram/groups/{sales.pk}/history/"))) == 2


@pytest.mark.parametrize("name", ["North", "007", "true"])
def test_history_of_a_group_leaves_out_who_came_into_another_that_had_its_name_before_or_has_it_now(
    client_of, owner, org, admin, member, name
):
    north = group(owner, name)
    edit_group(actor=acting(owner), group=north, name="South", description="", version=1)
    other = group(owner, name)
    add_to_group(actor=acting(owner), group=other, memberships=[member])
    edit_group(actor=acting(owner), group=other, name="West", description="", version=1)
    edit_group(actor=acting(owner), group=north, name=name, description="", version=2)
    add_to_group(actor=acting(owner), group=north, memberships=[admin])
    histories = [text_of(client_of(owner).get(f"/o/marram/groups/{one.pk}/history/")) for one in (north, other)]
    assert f"put Tomás Rivera into the group {name}" in histories[0]
    assert "Mina Haddad" not in histories[0]
    assert f"put Mina Haddad into the group {name}" in histories[1]
    assert "put Tomás Rivera" not in histories[1]


def test_history_of_a_group_asks_as_often_at_any_length(client_of, owner, org, member):
    sales = group(owner)
    reader = client_of(owner)
    reader.get("/o/marram/")
    counts = []
    for times in (1, 90):
        note(org, times, action="group.member_added", after={"group": "Field sales"})
        with CaptureQueriesContext(connection) as queries:
            page = reader.get(f"/o/marram/groups/{sales.pk}/history/")
        counts.append(len(queries))
    assert page.context["page"].next_page
    assert max(counts) <= 12


def test_clicks_lead_to_the_log_only_for_who_reads_it(client_of, owner, admin, member):
    path = f"/o/marram/members/{member.pk}/history/"
    assert "/o/marram/audit/?person=" in client_of(admin).get(path).content.decode()
    assert "/o/marram/audit/" not in client_of(member).get(path).content.decode()


def test_member_reads_what_was_done_with_their_membership_and_by_whom(client_of, owner, org, member):
    assign(owner, "viewer", member)
    with lowered():
        Event.objects.filter(chain_id=org.pk).update(address="203.0.113.9", user_agent="Secret/1.0 Firefox/1")
        Event.objects.filter(chain_id=org.pk, action="member.role_changed").update(
            after={"role": "Viewer", "reason": "Night shift was deleted"}
        )
    path = f"/o/marram/members/{member.pk}/history/"
    page = client_of(member).get(path)
    said = text_of(page)
    assert "What was done with your membership in Marram Instruments, and by whom" in said
    assert "Grace Okafor changed Mina Haddad &#x27;s role from Member to Viewer" in said
    for hidden in ("203.0.113.9", "Firefox", "Night shift"):
        assert hidden not in page.content.decode()
        assert hidden in client_of(owner).get(path).content.decode()


def test_own_record_is_found_from_the_overview_and_from_the_own_page(client_of, member, admin):
    path = f'href="/o/marram/members/{member.pk}/history/"'
    assert path in client_of(member).get("/o/marram/").content.decode()
    assert path in client_of(member).get(f"/o/marram/members/{member.pk}/").content.decode()
    assert "What was done with your membership" not in text_of(client_of(admin).get("/o/marram/"))


def test_own_record_opens_without_a_role_and_holds_nothing_of_others(client_of, owner, member, viewer, outsider):
    give_role(member, None)
    page = client_of(member).get(f"/o/marram/members/{member.pk}/history/")
    assert page.status_code == 200
    assert {event.target_id for line in lines_of(page) for event in events_of(line)} == {member.user_id}
    assert client_of(member).get(f"/o/marram/members/{viewer.pk}/history/").status_code == 403
    assert client_of(outsider).get(f"/o/marram/members/{outsider.pk}/history/").status_code == 404


@pytest.mark.parametrize("how", ["deactivated", "lapsed"])
def test_own_record_stays_open_when_access_has_ended(client_of, owner, org, member, viewer, how):
    """Who ended it, and when, is what somebody then wants to know; nothing else opens, and it is no visit."""
    if how == "deactivated":
        suspend(owner, member)
    else:
        end_at(member, timezone.now() - timedelta(seconds=1))
    browser = client_of(member)
    path = f"/o/marram/members/{member.pk}/history/"
    assert f'href="{path}"' in browser.get("/o/marram/").content.decode()
    seen = Membership.objects.get(pk=member.pk).last_active_at
    page = browser.get(path)
    assert page.status_code == 200
    assert {event.target_id for line in lines_of(page) for event in events_of(line)} == {member.user_id}
    if how == "deactivated":
        assert "Grace Okafor deactivated Mina Haddad" in text_of(page)
    for other in (f"/o/marram/members/{member.pk}/", f"/o/marram/members/{viewer.pk}/history/", "/o/marram/audit/"):
        assert other == "/o/marram/audit/" or f'href="{other}"' not in page.content.decode()
        assert browser.get(other).status_code == 403
    assert Membership.objects.get(pk=member.pk).last_active_at == seen


@pytest.mark.parametrize("ended", [True, False])
def test_own_record_waits_for_the_second_factor_that_everything_waits_for(client_of, owner, org, member, ended):
    if ended:
        deactivate(member)
    Organization.objects.filter(pk=org.pk).update(two_factor_required=True)
    browser = client_of(member)
    path = f"/o/marram/members/{member.pk}/history/"
    assert browser.get(path).status_code == 403
    assert path not in browser.get("/o/marram/").content.decode()


def test_history_of_an_invitation_is_the_same_component(client_of, owner, admin):
    invitation = offer(owner, "uma@example.org")
    page = client_of(admin).get(f"/o/marram/invitations/{invitation.pk}/")
    assert len(shown(page)) == 1
    assert f"/o/marram/audit/?person={invitation.pk.hex}" in page.content.decode()


def test_history_of_an_invitation_says_that_it_was_accepted_though_that_account_is_gone(client_of, owner):
    invitation, person = offer(owner, "uma@example.org"), UserFactory(name="Uma Sharma", email="uma@example.org")
    accept(actor=oneself(person), user=person, invitation=invitation, version=invitation.version)
    page = f"/o/marram/invitations/{invitation.pk}/"
    accepted = "Uma Sharma accepted the invitation and joined as Member"
    assert accepted in text_of(client_of(owner).get(page))
    delete_account(actor=oneself(person), user=person)
    assert accepted in text_of(client_of(owner).get(page))
    assert len(shown(client_of(owner).get(page))) == 2
