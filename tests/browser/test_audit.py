"""The audit log in a browser: narrowed by menus, by keyboard and by clicks on an event; and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_pages import OWNER, check, violations

pytestmark = pytest.mark.browser

MEMBER = "priya.nair@marram.example"
PAGES = (
    "/o/marram/audit/?type=USER_ACTION&since=2020-01-01&q=o",
    "/o/marram/audit/?since=someday&person=nobody",
    "/o/marram/audit/?q=nothing-of-that-name",
    "/o/marram/audit/by/action/",
    "/o/marram/audit/by/time/",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_log_and_its_filters_are_accessible_wide_and_narrow(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    found = [complaint for path in PAGES for complaint in violations(owner, path)]
    page = owner.go("/o/marram/audit/")
    page.locator(".event > summary").first.click()
    page.locator("summary.filter-chip", has_text="Time").click()
    expect(page.get_by_label("From", exact=True)).to_be_visible()
    found += check(owner)
    page.set_viewport_size({"width": 390, "height": 844})
    for path in PAGES:
        found += violations(owner, path)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{path} scrolls sideways on a phone")
    assert found == []


def test_the_address_says_what_the_log_is_narrowed_to(arrive: Arrive) -> None:
    owner = arrive(viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/audit/")
    page.keyboard.press("/")
    page.keyboard.type("omar")
    expect(page).to_have_url(re.compile(r"q=omar$"))
    page.locator("summary.filter-chip", has_text="About").click()
    page.get_by_role("link", name="Member", exact=True).click()
    expect(page).to_have_url(re.compile(r"q=omar&entity=member$"))
    expect(page.locator(".event").first).to_contain_text(
        "Grace Okafor changed Omar Haddad's role from Member to no role"
    )
    page.locator("summary.filter-chip", has_text="Person").click()
    page.get_by_label("Who did it, or whom it was about").fill("Mateo Rivera")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No event here matches “omar” with these filters.")).to_be_visible()
    page.get_by_role("link", name="Take off: Mateo Rivera").click()
    page.locator(".event > summary").first.click()
    page.get_by_role("link", name="Grace Okafor", exact=True).click()
    expect(page).to_have_url(re.compile(r"audit/\?person=[0-9a-f]{32}$"))
    page.get_by_role("link", name="Clear filters").click()
    expect(page).to_have_url(re.compile(r"audit/$"))


def test_everything_works_without_scripts(arrive: Arrive) -> None:
    owner = arrive(viewport={"width": 1360, "height": 900}, java_script_enabled=False)
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/audit/")
    page.locator("summary.filter-chip", has_text="Time").click()
    page.get_by_role("link", name="Choose").locator("visible=true").click()
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Take off: Since 1 January 2020")).to_be_visible()
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_url(re.compile(r"since=2020-01-01&before=\d+$"))
    page.locator("#q").fill("omar")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"q=omar&since=2020-01-01$"))


def test_member_finds_what_was_done_with_their_membership(arrive: Arrive) -> None:
    member = arrive(color_scheme="dark", viewport={"width": 390, "height": 844})
    member.sign_in(MEMBER)
    page = member.go("/o/marram/")
    page.get_by_role("link", name="What was done with your membership").click()
    expect(page.get_by_text("Mateo Rivera put Priya Nair into the group Spring launch")).to_be_visible()
    assert check(member) == []
