"""Bad input gets an answer: never an error of ours."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

ODD = [
    "",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass"),
    "x" * 5000,
    "'\"<script>",
    "\u202e@\u202e",
    "-1",
    "{}",
    "[]",
    "http://[::1",
]
ODD += [
    '"\\ud800"',
    '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {"userHandle": "\\ud800"}}',
]
ODD += [
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "YQ", "attestationObject": "YQ"}}'
]
ODD += [
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "YQ", "authenticatorData": "YQ",'
    ' "signature": "YQ", "userHandle": "YQ"}}'
]
OUTSIDE = {
    "/accounts/login/": ["login", "password", "remember", "next"],
    "/accounts/signup/": ["name", "email", "password1", "time_zone", "next"],
    "/accounts/password/reset/": ["email"],
    "/accounts/2fa/webauthn/login/": ["credential"],
    "/accounts/2fa/authenticate/": ["code", "credential"],
    "/accounts/confirm-email/odd/": ["key"],
    "/accounts/password/reset/key/1-odd/": ["password1", "password2"],
}
INSIDE = {
    "/accounts/profile/": ["name", "job_title", "phone", "time_zone"],
    "/accounts/email/": ["email", "action_add"],
    "/accounts/password/change/": ["oldpassword", "password1", "password2"],
    "/accounts/reauthenticate/": ["password", "next"],
    "/accounts/2fa/": ["next"],
    "/accounts/2fa/totp/activate/": ["code", "next"],
    "/accounts/2fa/webauthn/add/": ["name", "credential", "next"],
    "/accounts/sessions/99999999999999999999/end/": ["pk"],
}
EVERYDAY = [
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/password/change/",
]


def ask_oddly(browser, pages):
    answers = {}
    for path, fields in pages.items():
        for odd in ODD:
            answers[path, odd, "POST"] = browser.post(path, dict.fromkeys(fields, odd)).status_code
            answers[path, odd, "GET"] = browser.get(path, dict.fromkeys(fields, odd)).status_code
    return {question: status for question, status in answers.items() if status >= 500}


@pytest.mark.django_db
def test_odd_values_outside_are_answered(client):
    assert ask_oddly(client, OUTSIDE) == {}


def test_odd_values_inside_are_answered(stranger, signed_in):
    assert ask_oddly(signed_in(stranger), INSIDE) == {}


@pytest.mark.parametrize("path", EVERYDAY)
def test_a_page_of_ones_account_is_small_and_asks_little(stranger, signed_in, path):
    browser = signed_in(stranger)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = browser.get(path)
    assert len(asked) <= 12
    assert len(answer.content) < 60_000
