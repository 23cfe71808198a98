"""Deleting a role in the browser: whom it concerns, and what they get instead."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from invitations.models import Invitation
from organizations.models import Membership, Role
from tests.factories import count_again, offer, role_of
from tests.organizations.designing import design, hold, roles_of
from tests.witness import written


@pytest.fixture
def role(owner) -> Role:
    return design(owner, "Greeter", "members.read", "roles.read", "organization.read")


def address(role: Role) -> str:
    return reverse("organizations:role_delete", args=["marram", role.pk])


def words(response) -> str:
    html = response.content.decode()
    return re.sub(r"\s+", " ", unescape(strip_tags(html[html.index("<main") :].replace("<", " <"))))


def offered(response, name: str) -> list[str]:
    """What the select of that name lets choose, in words; [] where it does not stand there."""
    select = re.search(rf'<select name="{name}".*?</select>', response.content.decode(), re.DOTALL)
    return [unescape(one).strip() for one in re.findall(r"<option[^>]*>([^<]+)<", select[0])] if select else []


def invite_to(owner: Membership, role: Role, email: str) -> Invitation:
    invitation = offer(owner, email)
    Invitation.objects.filter(pk=invitation.pk).update(role=role)
    count_again()
    return invitation


def test_a_role_that_nobody_holds_is_deleted_without_questions(client_of, owner, org, role):
    asked = client_of(owner).get(address(role))
    assert "Delete Greeter?" in words(asked)
    assert "The role is gone from Marram Instruments for good." in words(asked)
    assert "Nobody holds it." in words(asked)
    assert offered(asked, "move_to") == offered(asked, "invitations_to") == []
    with written() as news:
        done = client_of(owner).post(address(role), follow=True)
    assert not org.custom_roles.exists()
    assert news.actions == ["role.deleted"]
    assert "Greeter is deleted. Nobody held it." in words(done)


def test_holders_and_open_invitations_get_another_role_in_the_same_step(client_of, owner, org, role, member, viewer):
    hold(role, member, viewer)
    invitation = invite_to(owner, role, "uma@example.org")
    offer(owner, "ida@example.org")  # to another role
    asked = client_of(owner).get(address(role))
    assert "2 people hold it. Instead:" in words(asked)
    assert "1 open invitation offers it. Instead:" in words(asked)
    given = ["Viewer", "Member", "Admin"]
    assert offered(asked, "move_to") == ["Choose…", *given, "No role, until someone gives one"]
    assert offered(asked, "invitations_to") == ["Choose…", *given, "Revoke"]
    chosen = {"move_to": str(role_of(org, "member").pk), "invitations_to": str(role_of(org, "viewer").pk)}
    with written() as news:
        done = client_of(owner).post(address(role), chosen, follow=True)
    assert {one.role.label for one in Membership.objects.filter(pk__in=[member.pk, viewer.pk])} == {"Member"}
    invitation.refresh_from_db()
    assert (invitation.role.label, invitation.status, invitation.version) == ("Viewer", "pending", 2)
    assert sorted(news.actions) == [
        "invitation.role_changed",
        "member.role_changed",
        "member.role_changed",
        "role.deleted",
    ]
    assert [mail.kind for mail in news.mails] == ["invitations.invitation"]
    assert "Greeter is deleted. 2 people have the role Member instead." in words(done)


def test_holders_can_be_left_without_a_role_and_invitations_revoked(client_of, owner, org, role, member):
    hold(role, member)
    invitation = invite_to(owner, role, "uma@example.org")
    with written() as news:
        done = client_of(owner).post(address(role), {"move_to": "none", "invitations_to": "none"}, follow=True)
    member.refresh_from_db()
    invitation.refresh_from_db()
    assert member.role is None
    assert invitation.status == "revoked"
    assert sorted(news.actions) == ["invitation.revoked", "member.role_changed", "role.deleted"]
    assert not news.mails
    text = words(done)
    assert "Greeter is deleted. 1 person has no role now." in text
    assert "1 person has no role and can do nothing here: Mina Haddad" in text
    assert client_of(member).get("/o/marram/").status_code == 403


@pytest.mark.parametrize("value", ["", "x", "\x00", "9" * 5_000, "theirs", "owner", "itself"])
@pytest.mark.parametrize("field", ["move_to", "invitations_to"])
def test_what_cannot_come_instead_is_told_beside_the_field(client_of, owner, org, outsider, role, member, field, value):
    hold(role, member)
    invite_to(owner, role, "uma@example.org")
    theirs = design(outsider, "Quartermaster", "members.read")
    meant = {"theirs": theirs.pk, "owner": role_of(org, "owner").pk, "itself": role.pk}
    form = {"move_to": "none", "invitations_to": "none"} | {field: str(meant.get(value, value))}
    before = roles_of(org), roles_of(outsider.organization)
    with written() as news:
        response = client_of(owner).post(address(role), form)
    assert response.status_code == 200
    html = response.content.decode()
    assert f'id="id_{field}_error"' in html
    assert words(response).count("Choose what comes instead.") == 1
    assert news.nothing
    assert (roles_of(org), roles_of(outsider.organization)) == before


def test_only_roles_that_the_actor_may_give_are_offered(client_of, owner, org, role, admin, member):
    desk = design(owner, "Role desk", "roles.read", "roles.delete", "roles.assign", *role.grant_set, "groups.read")
    wide = design(owner, "Wide", "audit_log.read")
    hold(desk, admin)
    hold(role, member)
    invite_to(owner, role, "uma@example.org")
    asked = client_of(admin).get(address(role))
    assert offered(asked, "move_to") == ["Choose…", "Viewer", "Role desk", "No role, until someone gives one"]
    assert offered(asked, "invitations_to") == ["Choose…", "Revoke"]
    form = {"move_to": str(wide.pk), "invitations_to": "none"}
    assert "Choose what comes instead." in words(client_of(admin).post(address(role), form))
    member.refresh_from_db()
    assert member.role == role


@pytest.mark.parametrize("why", ["built in", "own", "wider"])
def test_what_may_not_be_deleted_says_why(client_of, owner, org, role, admin, why):
    person = owner
    if why == "built in":
        role, said = role_of(org, "viewer"), "Viewer is built in and cannot be deleted."
    elif why == "own":
        hold(design(owner, "Deputy", "roles.delete", "roles.read"), admin)
        role, person = org.custom_roles.get(label="Deputy"), admin
        said = "You hold this role, and nobody changes their own. Ask someone else who may."
    else:
        hold(design(owner, "Deputy", "roles.delete"), admin)
        person, said = admin, "Greeter may do more than you may, so you cannot delete it."
    asked = client_of(person).get(address(role))
    assert said in words(asked)
    assert 'type="submit"' not in asked.content.decode().partition('id="confirmation"')[2].partition("</form>")[0]
    with written() as news:
        refused = client_of(person).post(address(role))
    assert refused.status_code == 403
    assert said in words(refused)
    assert news.nothing
    assert Role.objects.filter(pk=role.pk).exists()


def test_someone_who_took_the_role_meanwhile_is_asked_about(client_of, owner, role, member):
    client_of(owner).get(address(role))
    hold(role, member)
    response = client_of(owner).post(address(role))
    assert "1 person holds it. Instead:" in words(response)
    assert Role.objects.filter(pk=role.pk).exists()


def test_a_role_deleted_meanwhile_is_gone(client_of, owner, role):
    path = address(role)
    role.delete()
    for method in ("get", "post"):
        assert getattr(client_of(owner), method)(path).status_code == 404


def test_holders_with_ended_access_are_taken_along(client_of, owner, org, role, deactivated):
    hold(role, deactivated)
    asked = client_of(owner).get(address(role))
    assert "1 person holds it" in words(asked)
    client_of(owner).post(address(role), {"move_to": str(role_of(org, "viewer").pk)})
    deactivated.refresh_from_db()
    assert deactivated.role.label == "Viewer"
    assert deactivated.status == "deactivated"
