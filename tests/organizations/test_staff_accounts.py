"""Staff delete accounts that they have deactivated, and have it erased from the logs who somebody was."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from audit.models import Chain, Event
from audit.verifying import verify
from organizations.actions.accounts import delete_account
from tests.factories import UserFactory, acting, offer
from tests.witness import counters, written

REASON = "Request number 12"


@pytest.fixture
def desk(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def press(desk: Client, path: str, **data: object) -> str:
    """Open the dialog of a write, then submit it; answers the page that one lands on."""
    assert desk.get(path).status_code == 200
    answer = desk.post(path, {"_form_submitted": "True", **data}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def deleting(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/delete-account/"


def erasing(event: Event) -> str:
    return f"/admin/audit/event/{event.pk}/forget/"


@pytest.fixture
def closed(desk, member) -> User:
    press(desk, f"/admin/accounts/user/{member.user_id}/deactivate/")
    return User.objects.get(pk=member.user_id)


def are_whole() -> None:
    for chain in Chain.objects.all():
        assert verify(chain).finding is None


def test_a_deactivated_account_is_deleted(desk, closed, org, staff):
    asked = desk.get(deleting(closed)).content.decode()
    assert "<strong>Mina Haddad</strong> (mina@marram.example.org) cannot come back" in asked
    assert "It leaves <strong>Marram Instruments</strong>" in asked
    with written() as news:
        landed = press(desk, deleting(closed))
    assert "Mina Haddad is deleted." in landed
    assert not User.objects.filter(pk=closed.pk).exists()
    assert counters(org) == (1, 0, 0)
    assert {(one.action, one.actor_id) for one in news.events} == {
        ("member.account_deleted", staff.pk),
        ("account.deleted", staff.pk),
    }


def test_only_then_is_it_offered(desk, member, closed, owner):
    assert deleting(closed) in desk.get(f"/admin/accounts/user/{closed.pk}/change/").content.decode()
    assert deleting(owner.user) not in desk.get(f"/admin/accounts/user/{owner.user_id}/change/").content.decode()
    assert desk.get(deleting(owner.user)).status_code == 403
    assert desk.post(deleting(owner.user), {"_form_submitted": "True"}).status_code == 403
    assert desk.get("/admin/accounts/user/no-id/delete-account/").status_code < 500


def test_deleted_and_forgotten_at_once(desk, closed, org):
    landed = press(desk, deleting(closed), forget="on", reason=REASON)
    assert "no log tells any more who it was" in landed
    assert not Event.objects.filter(target_label__contains="Mina").exists()
    assert {one.after["reason"] for one in Event.objects.filter(action="person.erased")} == {REASON}
    page = desk.get("/admin/audit/event/").content.decode()
    assert "Erased person" in page
    assert "Mina" not in page.replace("The account is deleted", "")
    are_whole()


def test_to_be_forgotten_needs_a_reason(desk, closed):
    with written() as news:
        answer = desk.post(deleting(closed), {"_form_submitted": "True", "forget": "on", "reason": " "})
    assert answer.status_code == 200
    assert "Say why, in a sentence." in answer.content.decode()
    assert news.nothing


def test_reason_with_the_name_is_refused(desk, closed):
    with written() as news:
        landed = press(desk, deleting(closed), forget="on", reason="Mina Haddad asked")
    assert "without the person&#x27;s name" in landed
    assert news.nothing


def test_last_owner_stays_and_staff_read_why(desk, owner):
    press(desk, f"/admin/accounts/user/{owner.user_id}/deactivate/")
    assert "It owns Marram Instruments" in desk.get(deleting(owner.user)).content.decode()
    with written() as news:
        landed = press(desk, deleting(owner.user))
    assert "Grace Okafor is the last owner of Marram Instruments. Appoint another owner there first." in landed
    assert news.nothing


def test_somebody_gone_is_forgotten_from_an_event(desk, member, owner, org):
    delete_account(actor=acting(member.user), user=User.objects.get(pk=member.user_id))
    event = Event.objects.get(action="member.account_deleted")
    assert erasing(event) in desk.get(f"/admin/audit/event/{event.pk}/change/").content.decode()
    assert "Mina Haddad" in desk.get(erasing(event)).content.decode()
    landed = press(desk, erasing(event), person=str(member.user_id), reason=REASON)
    assert "2 logs tell no more who it was." in landed
    assert "Erased person" in landed
    assert not Event.objects.filter(target_label__contains="Mina").exists()
    are_whole()


def test_who_was_only_invited_is_forgotten_from_an_event(desk, owner, org):
    invitation = offer(owner, "ana@example.org")
    event = Event.objects.get(action="invitation.sent")
    press(desk, erasing(event), person=str(invitation.pk), reason=REASON)
    assert counters(org) == (1, 0, 0)
    assert not Event.objects.filter(target_label="ana@example.org").exists()
    are_whole()


def test_who_is_here_and_what_is_nobody_is_not_offered(desk, owner, member, org):
    for action in ("organization.created", "invitation.sent", "member.joined"):
        event = Event.objects.get(action=action)
        assert desk.get(erasing(event)).status_code == 403
    delete_account(actor=acting(member.user), user=User.objects.get(pk=member.user_id))
    event = Event.objects.get(action="member.account_deleted")
    for other in (owner.user_id, org.pk, "no-id", ""):
        with written() as news:
            answer = desk.post(erasing(event), {"_form_submitted": "True", "person": str(other), "reason": REASON})
        assert answer.status_code == 200
        assert news.nothing
    assert desk.get("/admin/audit/event/no-id/forget/").status_code < 500


def test_only_staff_who_may_delete_accounts_do_either(closed, member, client_of, owner):
    helper = UserFactory(is_staff=True)
    for name in ("view_user", "change_user", "view_event"):
        helper.user_permissions.add(Permission.objects.get(codename=name))
    event = Event.objects.filter(target_id=member.user_id).latest("pk")
    assert client_of(helper).get(f"/admin/accounts/user/{closed.pk}/change/").status_code == 200
    for browser in (client_of(helper), client_of(owner), client_of(None)):
        for path in (deleting(closed), erasing(event)):
            assert browser.post(path, {"_form_submitted": "True", "reason": REASON}).status_code in (302, 403)
    assert User.objects.filter(pk=closed.pk).exists()
    assert not Event.objects.filter(action="person.erased").exists()
