"""Joining without an invitation, in Chromium: switched on, used, answered; every page of it accessible."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from team.demo.people import PASSWORD
from tests.browser.conftest import Arrive, Person
from tests.browser.test_pages import OWNER, check, violations

pytestmark = pytest.mark.browser

VINTNER = "member@brun.example"  # of another organization; nobody else here makes them a member of Marram
SETTINGS = "/o/marram/settings/"
LONG = "The Honourable Company of Instrument Makers and Precision Engineers"
LONG_ADDRESS = "maximiliana.featherstonehaugh-cholmondeley@research-and-development.subsidiary.marram.example"
PHONE = {"width": 390, "height": 844}
PAGES = (
    f"{SETTINGS}joining/", f"{SETTINGS}joining/domain/", f"{SETTINGS}joining/open/off/", f"{SETTINGS}links/new/",
    f"{SETTINGS}domains/add/", f"{SETTINGS}domains/restrict/", f"{SETTINGS}plan/", "/o/marram/invitations/requests/",
)  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_joining_is_accessible(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go(f"{SETTINGS}domains/add/")
    page.get_by_label("Domain").fill(f"{theme}.a-long-name-of-a-department.marram.example")
    page.get_by_role("button", name="Add the domain").click()
    expect(page.get_by_role("status")).to_contain_text("stands on the list")
    found = [complaint for path in PAGES for complaint in violations(owner, path)]
    page.set_viewport_size({"width": 390, "height": 844})
    for path in PAGES:
        found += violations(owner, path)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{path} scrolls sideways on a phone")
    assert found == []


def test_somebody_joins_with_a_link_that_the_owner_copies(arrive: Arrive) -> None:
    owner = arrive(permissions=["clipboard-read", "clipboard-write"])
    owner.sign_in(OWNER)
    page = owner.go(f"{SETTINGS}links/new/")
    page.get_by_label("For how many people").fill("2")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copy")).to_contain_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert "/j/" in link
    assert check(owner) == []
    vintner = arrive()
    vintner.go(link)
    expect(vintner.page).to_have_url(re.compile(r"/join/[0-9a-f-]+/$"))
    assert check(vintner) == []
    vintner.page.get_by_role("link", name="I have an account: sign in").click()
    vintner.page.get_by_label("Email").fill(VINTNER)
    vintner.page.get_by_label("Password", exact=True).fill(PASSWORD)
    vintner.page.get_by_role("button", name="Sign in", exact=True).click()
    vintner.page.get_by_role("button", name="Join Marram Instruments").click()
    expect(vintner.page).to_have_url(re.compile("/o/marram/$"))
    expect(vintner.page.get_by_role("status")).to_contain_text("You belong to Marram Instruments now, as Viewer.")
    vintner.go("/o/marram/leave/")
    vintner.page.get_by_role("button", name=re.compile("^Leave")).click()


def test_a_request_is_asked_and_refused_in_a_way_that_is_switched_off_again(arrive: Arrive) -> None:
    owner, vintner = arrive(), arrive()
    owner.sign_in(OWNER)
    page = owner.go(f"{SETTINGS}joining/")
    page.get_by_role("link", name="Switch on: By asking").click()
    page.get_by_role("button", name="Switch it on").click()
    vintner.sign_in(VINTNER)
    asking = vintner.go("/o/marram/join/")
    assert check(vintner) == []
    asking.get_by_label("Message").fill("See www.evil.com")
    asking.get_by_role("button", name="Ask to join").click()
    expect(asking.locator(".field-error")).to_contain_text("leave out links")
    expect(asking.get_by_label("Message")).to_have_value("See www.evil.com")
    asking.get_by_label("Message").fill("I pour at your fair.")
    asking.get_by_role("button", name="Ask to join").click()
    expect(asking.get_by_role("heading", level=1)).to_have_text("You asked to join Marram Instruments")
    assert check(vintner) == []
    owner.go("/o/marram/invitations/requests/").get_by_role("link", name=re.compile("Answer the request")).click()
    assert check(owner) == []
    page.get_by_text("Refuse instead").click()
    page.get_by_label("Reason").fill("We pour ourselves.")
    assert check(owner) == []
    page.get_by_role("button", name=re.compile("^Refuse ")).click()
    expect(page.get_by_role("status")).to_contain_text("reads why in a mail")
    vintner.go("/o/marram/join/")
    expect(vintner.page.get_by_role("main")).to_contain_text("We pour ourselves.")
    page = owner.go(f"{SETTINGS}joining/")
    page.get_by_role("link", name="Switch off: By asking").click()
    expect(page.get_by_role("dialog")).to_contain_text("Switch off joining by asking?")
    assert check(owner) == []
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("status")).to_contain_text("is switched off in Marram Instruments")


def test_a_long_name_and_a_long_address_fit_the_buttons_that_say_them(arrive: Arrive) -> None:
    owner, vintner = arrive(), arrive(viewport=PHONE)
    owner.sign_in(OWNER)
    page = owner.go("/organizations/new/")
    page.get_by_label("Name").fill(LONG)
    page.get_by_role("button", name="Create the organization").click()
    slug = page.url.rstrip("/").rpartition("/")[2]
    owner.go(f"/o/{slug}/settings/joining/open/").get_by_role("button", name="Switch it on").click()
    vintner.sign_in(VINTNER)
    _fits(vintner, f"/o/{slug}/join/", f"Join {LONG}")
    page = owner.go("/o/marram/invitations/new/")
    page.get_by_label("Email addresses").fill(LONG_ADDRESS)
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("is invited")
    _fits(vintner, vintner.open_mail(LONG_ADDRESS, "invites you"), f"Add {LONG_ADDRESS} to this account")


def _fits(person: Person, path: str, button: str) -> None:
    page = person.go(path)
    label = page.get_by_role("button", name=button)
    expect(label).to_be_visible()
    assert label.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
