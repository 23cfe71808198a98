"""Changing a password, and choosing a new one by mail."""

import pytest
from django.test import Client

from tests.factories import PASSWORD, UserFactory
from tests.witness import deliver, written

NEW = "seven green parrots"

pytestmark = pytest.mark.django_db


def test_changing_it_signs_other_browsers_out_and_tells_by_mail(stranger, signed_in):
    here, there = signed_in(stranger), signed_in(stranger)
    with written() as news:
        answer = here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    assert news.actions == ["account.password_changed", "account.session_ended"]
    assert [mail.kind for mail in news.mails] == ["accounts.password_changed"]
    assert here.get("/accounts/profile/").status_code == 200
    assert there.get("/accounts/profile/").status_code == 302
    [letter] = deliver()
    assert letter.subject == "Your password was changed"
    assert "127.0.0.1" in letter.body


def test_a_forgotten_one_is_chosen_anew_by_a_link_that_works_once(client, stranger, mailed_link):
    with written() as news:
        client.post("/accounts/password/reset/", {"email": stranger.email})
    assert [mail.kind for mail in news.mails] == ["accounts.password_reset_key"]
    assert news.mails[0].ids == {"user": str(stranger.pk), "to": stranger.email}

    link = mailed_link("password/reset/key")
    form_page = client.get(link)
    assert "Referrer-Policy" in form_page.headers
    with written() as news:
        answer = client.post(form_page.url, {"password1": NEW, "password2": NEW})
    assert answer.url == "/accounts/password/reset/key/done/"
    assert news.actions == ["account.password_reset"]
    stranger.refresh_from_db()
    assert stranger.check_password(NEW)
    assert "does not work any more" in Client().get(link).content.decode()


def test_asking_for_a_new_one_says_the_same_whether_or_not_there_is_an_account(client, stranger):
    known = client.post("/accounts/password/reset/", {"email": stranger.email})
    with written() as news:
        unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [mail.kind for mail in news.mails] == ["accounts.unknown_account"]
    assert "No Roster account has this address" in deliver()[-1].body


def test_nobody_is_mailed_a_link_to_a_deactivated_account(client):
    user = UserFactory()
    client.post("/accounts/password/reset/", {"email": user.email})
    user.is_active = False
    user.save()
    assert deliver() == []
