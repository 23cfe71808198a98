"""Who sets up a second factor on the way to something else comes back to it; allauth alone would forget where."""

from __future__ import annotations

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from invitations.links import token_of
from organizations.models import Membership, Organization
from tests.factories import PASSWORD, offer
from tests.invitations.letting_in import let_in

FAR = "/organizations/"
ON = f"?next={FAR}".replace("/", "%2F")


def code_of(browser: Client, page: str) -> str:
    secret = browser.get(page).context["form"].secret
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def strict(owner) -> Organization:
    """Marram Instruments, which requires a second factor of everyone; Grace has hers."""
    Membership.objects.filter(pk=owner.pk).update(two_factor=True)
    Organization.objects.filter(pk=owner.organization_id).update(two_factor_required=True)
    organization: Organization = owner.organization
    return organization


def test_whole_way_from_the_invitation_through_the_second_factor_into_the_organization(
    signed_in, strict, owner, stranger
):
    invitation = offer(owner, stranger.email)
    browser = signed_in(stranger)
    browser.get(f"/i/{token_of(invitation)}/")
    here = f"/invitation/{invitation.pk}/"
    on = f"?next={here}".replace("/", "%2F")
    assert f'href="/accounts/2fa/{on}"' in browser.get(here).content.decode()

    overview = browser.get(f"/accounts/2fa/{on}").content.decode()
    assert f'href="/accounts/2fa/totp/activate/{on}"' in overview
    assert f'href="/accounts/2fa/webauthn/add/{on}"' in overview
    activate = f"/accounts/2fa/totp/activate/{on}"
    assert f'action="{activate}"' in browser.get(activate).content.decode()
    answer = browser.post(activate, {"code": code_of(browser, activate)})
    assert answer.url == f"/accounts/2fa/recovery-codes/{on}"
    codes = browser.get(answer.url)
    assert f'href="/accounts/2fa/{on}">I have saved them, go on' in codes.content.decode()
    answer = browser.get(f"/accounts/2fa/{on}")
    assert answer.url == here
    text = browser.get(here).content.decode()
    assert "Accept and join" in text
    assert "asks for a second factor" not in text
    assert browser.post(f"{here}accept/", {"version": "1"}).url == "/o/marram/"
    assert browser.get("/o/marram/").status_code == 200


def test_list_of_ones_organizations_leads_to_what_is_needed_first(client_of, strict, owner, outsider, stranger):
    asks, other = offer(owner, stranger.email), offer(outsider, stranger.email)
    page = client_of(stranger).get("/organizations/").content.decode()
    assert "and asks for a second factor first" in page
    assert f"/invitation/{asks.pk}/accept/" not in page
    assert f'href="/invitation/{asks.pk}/"' in page
    assert f"/invitation/{other.pk}/accept/" in page
    Authenticator.objects.create(user=stranger, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = client_of(stranger).get("/organizations/").content.decode()
    assert "second factor" not in page
    assert f"/invitation/{asks.pk}/accept/" in page


def test_declining_works_without_a_second_factor(client_of, strict, owner, stranger):
    invitation = offer(owner, stranger.email)
    browser = client_of(stranger)
    browser.post(f"/invitation/{invitation.pk}/decline/", {"version": "1"})
    invitation.refresh_from_db()
    assert invitation.status == "declined"
    assert "This invitation is declined" in browser.get(f"/invitation/{invitation.pk}/").content.decode()


def test_who_joins_uninvited_comes_back_too(signed_in, owner, strict, stranger):
    let_in(owner, "open")
    browser = signed_in(stranger)
    assert 'href="/accounts/2fa/?next=/o/marram/join/"' in browser.get("/o/marram/join/").content.decode()
    activate = "/accounts/2fa/totp/activate/?next=/o/marram/join/"
    browser.post(activate, {"code": code_of(browser, activate)})
    assert browser.get("/accounts/2fa/?next=/o/marram/join/").url == "/o/marram/join/"
    assert browser.post("/o/marram/join/").url == "/o/marram/"


def test_member_who_is_locked_out_comes_back(client_of, owner, member, strict):
    page = client_of(member).get("/o/marram/members/")
    assert page.status_code == 403
    assert 'href="/accounts/2fa/?next=/o/marram/"' in page.content.decode()


def test_signing_in_once_more_on_the_way_does_not_lose_it(client_of, stranger):
    browser = client_of(stranger)
    answer = browser.get(f"/accounts/2fa/totp/activate/{ON}")
    assert answer.url.startswith("/accounts/reauthenticate/")
    answer = browser.post(answer.url, {"password": PASSWORD})
    assert answer.url == f"/accounts/2fa/totp/activate/{ON}"


def test_nobody_is_asked_to_sign_in_and_led_on_to_the_second_factor(client):
    answer = client.get(f"/accounts/2fa/{ON}")
    assert answer.url == f"/accounts/login/?next=/accounts/2fa/{ON.replace('%', '%25').replace('?next=', '%3Fnext%3D')}"


def test_unconfirmed_address_stops_it_and_does_not_lose_the_way(signed_in, stranger):
    EmailAddress.objects.create(user=stranger, email="second@example.org")
    answer = signed_in(stranger).get(f"/accounts/2fa/totp/activate/{ON}")
    assert answer.url == f"/accounts/2fa/{ON}"


@pytest.mark.parametrize("elsewhere", ["//evil.example.net/", "https://evil.example.net/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(signed_in, stranger, elsewhere):
    browser = signed_in(stranger)
    for path in ("", "totp/activate/", "webauthn/add/"):
        page = browser.get(f"/accounts/2fa/{path}", {"next": elsewhere})
        assert page.status_code == 200
        assert "evil" not in page.content.decode()
        assert "alert(1)" not in page.content.decode()
    activate = f"/accounts/2fa/totp/activate/?next={elsewhere}"
    assert browser.post(activate, {"code": code_of(browser, activate)}).url == "/accounts/2fa/recovery-codes/"
    assert browser.get("/accounts/2fa/", {"next": elsewhere}).status_code == 200
    assert "go on" not in browser.get("/accounts/2fa/recovery-codes/", {"next": elsewhere}).content.decode()


def test_without_a_way_everything_is_as_before(signed_in, stranger):
    browser = signed_in(stranger)
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(browser, "/accounts/2fa/totp/activate/")})
    assert answer.url == "/accounts/2fa/recovery-codes/"
    assert "I have saved them</a>" in browser.get(answer.url).content.decode()
    assert browser.get("/accounts/2fa/").status_code == 200
