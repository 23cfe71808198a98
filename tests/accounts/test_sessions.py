"""Where one is signed in."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.actions import end_sessions
from accounts.actors import oneself
from accounts.devices import device
from accounts.tasks import clear_sessions
from tests.witness import written

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"

pytestmark = pytest.mark.django_db


def inside(browser):
    return browser.get("/accounts/profile/").status_code == 200


def test_one_session_is_ended_and_the_others_stay(stranger, signed_in):
    here, there, elsewhere = (signed_in(stranger) for _ in range(3))
    session = UserSession.objects.get(session_key=there.session.session_key)
    with written() as news:
        here.post(f"/accounts/sessions/{session.pk}/end/")
    assert [inside(each) for each in (here, there, elsewhere)] == [True, False, True]
    assert news.actions == ["account.session_ended"]
    assert news.events[0].before["address"] == "127.0.0.1"


def test_all_others_are_ended_at_once(stranger, signed_in):
    here, there, elsewhere = (signed_in(stranger) for _ in range(3))
    with written() as news:
        here.post("/accounts/sessions/")
    assert [inside(each) for each in (here, there, elsewhere)] == [True, False, False]
    assert news.actions == ["account.session_ended"] * 2


def test_nobody_ends_another_persons_session(stranger, signed_in, staff):
    theirs = signed_in(staff)
    session = UserSession.objects.get(user=staff)
    assert signed_in(stranger).post(f"/accounts/sessions/{session.pk}/end/").status_code == 404
    assert inside(theirs)


def test_the_action_ends_only_sessions_of_the_account_that_it_is_about(stranger, signed_in, staff):
    theirs = signed_in(staff)
    with written() as news:
        end_sessions(actor=oneself(stranger), user=stranger, sessions=UserSession.objects.filter(user=staff))
    assert inside(theirs)
    assert news.nothing


def test_a_session_is_ended_by_posting_alone(stranger, signed_in):
    browser = signed_in(stranger)
    session = UserSession.objects.get(user=stranger)
    assert browser.get(f"/accounts/sessions/{session.pk}/end/").status_code == 405
    assert inside(browser)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("curl/8.0", "A program"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_named_in_words(agent, words):
    assert device(agent) == words


def test_sessions_that_ran_out_are_cleared_and_the_others_kept(stranger, signed_in):
    old, new = signed_in(stranger), signed_in(stranger)
    Session.objects.filter(session_key=old.session.session_key).update(expire_date=timezone.now())
    clear_sessions()
    assert [session.session_key for session in UserSession.objects.all()] == [new.session.session_key]
    assert inside(new)
