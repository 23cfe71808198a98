"""Headers that depend on who is shown what."""

import pytest


def test_a_signed_in_page_is_kept_by_no_cache(client_of, stranger):
    assert client_of(stranger).get("/accounts/profile/").headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_every_page_holds_the_strict_policy(client):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_staff_pages_have_a_policy_of_their_own(client_of, staff):
    policy = client_of(staff).get("/admin/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_pages_ask_for_no_powers_of_the_device(client):
    assert "camera=()" in client.get("/accounts/login/").headers["Permissions-Policy"]
