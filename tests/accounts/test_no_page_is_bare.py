"""Every page that allauth brings stands in our look."""

import re

import pytest
from allauth.account import urls as account
from allauth.mfa import urls as mfa
from allauth.usersessions import urls as sessions
from django.urls import URLPattern, URLResolver, reverse

NOT_BY_NAME_ALONE = {  # a text file, and pages that are about something: their own tests open them
    "mfa_download_recovery_codes",
    "account_confirm_email",
    "account_reset_password_from_key",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}


def names(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name


PAGES = sorted({*names(account.urlpatterns), *names(mfa.urlpatterns), *names(sessions.urlpatterns)} - NOT_BY_NAME_ALONE)


@pytest.mark.parametrize("name", PAGES)
def test_it_stands_in_our_look_for_a_stranger_and_for_a_person(client, stranger, signed_in, name):
    for browser in (client, signed_in(stranger)):
        answer = browser.get(reverse(name), follow=True)
        if answer.headers["Content-Type"].startswith("text/html"):
            page = answer.content.decode()
            assert "css/tokens.css" in page
            assert len(re.findall(r"<h1[ >]", page)) == 1
            assert not re.search(r"<title>\s*·", page)
