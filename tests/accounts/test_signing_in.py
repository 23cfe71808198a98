"""Who gets in, who does not, and what is written down of it."""

import pytest
from allauth.usersessions.models import UserSession

from audit.models import Event
from tests.factories import PASSWORD, UserFactory
from tests.witness import written

pytestmark = pytest.mark.django_db


def attempt(client, email, password):
    return client.post("/accounts/login/", {"login": email, "password": password, "remember": "on"})


def test_the_right_password_opens_the_account_in_any_spelling_of_the_address(client, stranger):
    with written() as news:
        answer = attempt(client, "INES@example.org", PASSWORD)
    assert answer.status_code == 302
    assert news.actions == ["account.signed_in"]
    assert news.events[0].after == {"method": "password"}
    assert news.events[0].chain_id == stranger.pk


def test_a_wrong_password_says_the_same_whether_or_not_there_is_an_account(client, stranger):
    with written() as news:
        known = attempt(client, stranger.email, "wrong")
    unknown = attempt(client, "nobody@example.org", "wrong")
    sentence = "This address and this password do not belong together."
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors() == [sentence]
    assert news.actions == ["account.sign_in_failed"]
    assert (news.events[0].actor_label, news.events[0].target_label) == ("Roster", "Ines Duarte")


def test_a_deactivated_account_stays_shut(client):
    user = UserFactory(is_active=False)
    answer = attempt(client, user.email, PASSWORD)
    assert answer.url == "/accounts/inactive/"
    assert client.get("/accounts/profile/").status_code == 302
    assert "deactivated" in client.get("/accounts/inactive/").content.decode()


def test_who_has_not_confirmed_an_address_is_sent_the_link(client):
    user = UserFactory(verified=False)
    with written() as news:
        answer = attempt(client, user.email, PASSWORD)
    assert answer.url == "/accounts/confirm-email/"
    assert [mail.kind for mail in news.mails] == ["accounts.email_confirmation"]


def test_signing_in_leads_to_safe_addresses_only(client, stranger):
    form = {"login": stranger.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/accounts/login/", form).url == "/"


@pytest.mark.parametrize("forwarded", ["203.0.113.9", "nonsense", "x" * 5_000, ""])
def test_who_comes_past_a_proxy_is_let_in_and_written_down(client, stranger, settings, forwarded):
    settings.TRUSTED_PROXIES = 2
    answer = client.post(
        "/accounts/login/", {"login": stranger.email, "password": PASSWORD}, headers={"x-forwarded-for": forwarded}
    )
    assert answer.status_code == 302
    assert UserSession.objects.get().ip == Event.objects.get(action="account.signed_in").address == "127.0.0.1"
