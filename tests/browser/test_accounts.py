"""An account as a person meets it: signing up and in, passkeys, codes, sessions, with and without scripts."""

from __future__ import annotations

import re
import secrets
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive, Person

pytestmark = pytest.mark.browser

PASSWORD = "seven green parrots"
PLATFORM_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
OUTSIDE = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
OUTSIDE += ["/accounts/confirm-email/", "/accounts/inactive/", "/accounts/password/reset/key/1-x/", "/nothing/"]
INSIDE = [
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/",
]
INSIDE += [
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/logout/",
]
INSIDE += ["/accounts/reauthenticate/"]


def newcomer(person: Person) -> str:
    """Sign up and confirm by the mailed link; answers the address."""
    email = f"newcomer-{secrets.token_hex(4)}@example.org"
    page = person.go("/accounts/signup/")
    page.get_by_label("Your name").fill("Nora Newcomer")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    person.go(person.open_mail(email, "Confirm your address"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("link", name="New organization").first).to_be_visible()
    return email


def sign_out(page: Page) -> None:
    page.get_by_label("Account of Nora Newcomer").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Roster")).to_be_visible()


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def set_up_app(person: Person) -> tuple[str, list[str]]:
    """Set up an authenticator app; answers its secret and the recovery codes."""
    page = person.go("/accounts/2fa/")
    page.get_by_role("link", name="Set up").click()
    secret = page.locator(".secret").inner_text()
    expect(page.get_by_alt_text("QR code")).to_be_visible()
    page.get_by_label("Code").fill(code_for(secret))
    page.get_by_role("button", name="Turn on two-factor").click()
    expect(page.get_by_role("heading", name="10 of 10 left")).to_be_visible()
    return secret, page.locator(".codes code").all_inner_texts()


def test_a_passkey_is_added_and_opens_the_account_alone(arrive: Arrive) -> None:
    person = arrive()
    newcomer(person)
    page = person.page
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM_AUTHENTICATOR})

    person.go("/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("Laptop")
    with page.expect_navigation():  # the script asks the authenticator first, and then sends the form
        page.get_by_role("button", name="Add").click()
    person.go("/accounts/2fa/")
    expect(page.get_by_text("Laptop")).to_be_visible()
    expect(page.get_by_text("Two-factor is on.")).to_be_visible()

    person.go("/accounts/profile/")
    sign_out(page)
    page.get_by_role("button", name="Continue with a passkey").click()
    page.wait_for_url("**/organizations/")

    person.go("/accounts/2fa/")
    page.get_by_role("link", name="Remove Laptop").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Remove this passkey?")).to_be_visible()
    with page.expect_navigation():
        dialog.get_by_role("button", name="Remove the passkey").click()
    person.go("/accounts/2fa/")
    expect(page.get_by_text("Two-factor is off.")).to_be_visible()


def test_a_passkey_that_is_not_there_is_said_beside_the_button(arrive: Arrive) -> None:
    person = arrive()
    page = person.go("/accounts/login/")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    absent = PLATFORM_AUTHENTICATOR | {"isUserVerified": False}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": absent})
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used", timeout=15_000)


def test_signing_in_with_an_app_and_with_a_recovery_code(arrive: Arrive) -> None:
    person = arrive()
    email = newcomer(person)
    secret, codes = set_up_app(person)
    for code in (code_for(secret), codes[0]):
        page = person.go("/accounts/profile/")
        sign_out(page)
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/organizations/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_an_account_is_accessible(arrive: Arrive, theme: str) -> None:
    person = arrive(color_scheme=theme)
    found = [_violations(person, path) for path in OUTSIDE]
    newcomer(person)
    found += [_violations(person, path) for path in INSIDE]
    set_up_app(person)
    found += [_violations(person, path) for path in ["/accounts/2fa/", "/accounts/2fa/recovery-codes/"]]
    found += [_violations(person, path) for path in ["/accounts/2fa/totp/deactivate/"]]
    person.page.set_viewport_size({"width": 390, "height": 800})
    found += [_violations(person, path) for path in ["/accounts/profile/", "/accounts/email/"]]
    assert [report for report in found if report] == []


def _violations(person: Person, path: str) -> str:
    page = person.go(path)
    results = Axe().run(page)
    return f"{path}\n{results.generate_report()}" if results.violations_count else ""


def test_everything_works_without_scripts(arrive: Arrive) -> None:
    person = arrive(java_script_enabled=False, viewport={"width": 390, "height": 800})
    newcomer(person)
    page = person.go("/accounts/profile/")
    page.get_by_label("Job title").fill("Baker")
    page.get_by_label("Time zone").fill("lisbon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your profile was saved.")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Lisbon")

    page.get_by_role("button", name="Open navigation").click()
    page.get_by_role("link", name="Email addresses").click()
    page.get_by_label("Email").fill(f"second-{secrets.token_hex(4)}@example.org")
    page.get_by_role("button", name="Add and send the link").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Remove second")).click()
    expect(page.get_by_text("was removed.")).to_be_visible()
    set_up_app(person)
    page = person.go("/accounts/2fa/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove the app").click()
    expect(page.get_by_text("Two-factor is off.")).to_be_visible()


def test_the_theme_is_kept_and_painted_first(arrive: Arrive) -> None:
    page = arrive(color_scheme="light").go("/accounts/login/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") is None
    person = arrive(color_scheme="light")
    newcomer(person)
    page = person.go("/accounts/profile/")
    switch = page.get_by_role("button", name="Theme:")
    expect(switch).to_have_accessible_name("Theme: as the system")
    switch.click()
    switch.click()
    expect(switch).to_have_accessible_name("Theme: dark")
    person.go("/accounts/login/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_keys_open_and_close_what_a_pointer_does(arrive: Arrive) -> None:
    person = arrive()
    newcomer(person)
    set_up_app(person)
    page = person.go("/accounts/2fa/")
    page.get_by_label("Account of Nora Newcomer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()

    remove = page.get_by_role("link", name="Remove")
    remove.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(remove).to_be_focused()
