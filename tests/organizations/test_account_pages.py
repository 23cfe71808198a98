"""The pages on which somebody deletes their own account."""

from __future__ import annotations

import time

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from organizations.models import Membership
from tests.factories import PASSWORD, found, give_role, join
from tests.witness import deliver, written

PAGE = "/accounts/delete/"


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def sign_in_an_hour_ago(browser: Client) -> None:
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()


def test_profile_leads_there_last(client_of, member):
    shown = text_of(client_of(member).get("/accounts/profile/"))
    assert shown.rindex(PAGE) > shown.rindex(">Save<")


def test_page_says_what_goes_what_stays_and_whom_to_ask(signed_in, member, outsider, settings):
    settings.OPERATOR = "Northwind Hosting"
    join(outsider, member.user)
    shown = text_of(signed_in(member).get(PAGE))
    for words in (
        "You leave Lee &amp; Sons and Marram Instruments at once.",
        "This cannot be undone.",
        "under the name that you had. To have it taken out, write to Northwind Hosting.",
        "Type mina@marram.example.org to confirm",
        'data-must-be="mina@marram.example.org"',
    ):
        assert words in shown


def test_somebody_who_belongs_nowhere_leaves_nothing(signed_in, stranger):
    shown = text_of(signed_in(stranger).get(PAGE))
    assert "You leave" not in shown
    assert "write to the people who run Roster" in shown


def test_it_is_done_and_said(signed_in, member):
    browser, other = signed_in(member), signed_in(member)
    deliver()
    with written() as news:
        answer = browser.post(PAGE, {"typed": "mina@marram.example.org"}, follow=True)
    assert answer.redirect_chain == [("/accounts/deleted/", 302)]
    assert "Your account is deleted" in text_of(answer)
    assert not User.objects.filter(pk=member.user_id).exists()
    assert not UserSession.objects.filter(user=member.user_id).exists()
    assert news.actions.count("account.session_ended") == 2
    assert "account.signed_out" not in news.actions
    assert {one.address for one in news.events} == {"127.0.0.1"}
    assert [one.subject for one in deliver()] == ["Your account was deleted"]
    for each in (browser, other):
        assert each.get("/o/marram/").headers["Location"].startswith("/accounts/login/")
    again = browser.post("/accounts/login/", {"login": "mina@marram.example.org", "password": PASSWORD})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "typed", ["", "mina", "grace@marram.example.org", "mina@marram.example.org.evil", "\x00", "ı@x"]
)
def test_another_address_deletes_nothing(signed_in, member, typed):
    browser = signed_in(member)
    with written() as news:
        answer = browser.post(PAGE, {"typed": typed})
    assert answer.status_code == 200
    assert "This is not your address." in text_of(answer) or "Null characters" in text_of(answer)
    assert news.nothing
    assert User.objects.filter(pk=member.user_id).exists()


def test_the_address_may_be_typed_in_capitals(signed_in, member):
    assert signed_in(member).post(PAGE, {"typed": " Mina@Marram.Example.ORG "}).status_code == 302
    assert not User.objects.filter(pk=member.user_id).exists()


def test_recent_sign_in_is_asked_again(signed_in, member):
    browser = signed_in(member)
    sign_in_an_hour_ago(browser)
    assert browser.get(PAGE).headers["Location"].startswith("/accounts/reauthenticate/")
    with written() as news:
        asked = browser.post(PAGE, {"typed": "mina@marram.example.org"})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert news.nothing
    answer = browser.post(asked.headers["Location"], {"password": "not mine"})
    assert answer.status_code == 200
    assert User.objects.filter(pk=member.user_id).exists()
    answer = browser.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    assert "Your account is deleted" in text_of(answer)
    assert not User.objects.filter(pk=member.user_id).exists()


def test_last_owner_is_told_instead_of_asked(client_of, owner):
    browser = client_of(owner)
    said = "You are the last owner of Marram Instruments. Make someone else an owner there first."
    shown = text_of(browser.get(PAGE))
    assert said in shown
    assert "confirm" not in shown.partition('id="confirmation"')[2].partition("</form>")[0].replace("confirmation", "")
    with written() as news:
        answer = browser.post(PAGE, {"typed": owner.user.email})
    assert (answer.status_code, said in text_of(answer)) == (403, True)
    assert news.nothing
    assert Membership.objects.filter(pk=owner.pk).exists()


def test_the_one_owner_is_told_to_hand_it_on(client_of, stranger):
    found(stranger, "Hill Winery", "hill", "winery")
    assert "You own Hill Winery. Hand it on to someone else first." in text_of(client_of(stranger).get(PAGE))


def test_owner_beside_another_may(signed_in, owner, admin):
    give_role(admin, "owner")
    assert signed_in(owner).post(PAGE, {"typed": owner.user.email}).status_code == 302


def test_nobody_is_sent_to_sign_in_first(client_of):
    for answer in (client_of(None).get(PAGE), client_of(None).post(PAGE, {"typed": "x"})):
        assert answer.headers["Location"] == f"/accounts/login/?next={PAGE}"


def test_page_that_says_it_is_done_scares_nobody_who_is_here(client_of, member):
    assert client_of(member).get("/accounts/deleted/").headers["Location"] == "/"
