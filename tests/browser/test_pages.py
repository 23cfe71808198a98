"""Every page of a team: axe finds nothing in either theme, nothing scrolls sideways, and the keyboard gets there."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Arrive, Person

pytestmark = pytest.mark.browser

OWNER, VIEWER, STAFF = "grace.okafor@marram.example", "sofia.rossi@marram.example", "staff@roster.example"
PAGES = {
    OWNER: (
        "/organizations/",
        "/organizations/new/",
        "/o/marram/",
        "/o/marram/members/",
        "/o/marram/members/?q=nobody-of-that-name",
        "/o/marram/invitations/",
        "/o/marram/invitations/?status=expired",
        "/o/marram/invitations/?status=revoked",
        "/o/marram/invitations/new/",
        "/o/marram/audit/",
        "/o/marram/audit/?before=1",
        "/o/marram/leave/",
        "/no-such-page/",
        "/mail/",
        "/i/cut-short/",
    ),
    VIEWER: ("/o/marram/", "/o/marram/members/", "/o/marram/audit/", "/o/marram/invitations/new/"),
    STAFF: ("/admin/", "/admin/organizations/organization/", "/admin/audit/event/"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("email", PAGES)
def test_every_page_of_a_team_is_accessible(arrive: Arrive, theme: str, email: str) -> None:
    person = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    person.sign_in(email)
    found = [complaint for path in PAGES[email] for complaint in violations(person, path)]
    person.page.set_viewport_size({"width": 390, "height": 844})
    for path in PAGES[email]:
        found += violations(person, path)
        if person.page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{path} scrolls sideways on a phone")
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_invitation_and_its_forms_are_accessible(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme)
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/invitations/new/")
    page.get_by_label("Email addresses").fill("no address, Two@x.example two@x.example")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("heading", name="What will happen to each")).to_be_visible()
    assert check(owner) == []
    page.get_by_role("link", name="Begin anew").click()
    email = f"axe.{theme}@stranger.example"
    page.get_by_label("Email addresses").fill(email)
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("is invited")
    assert check(owner) == []
    invitee = arrive(color_scheme=theme)
    link = invitee.open_mail(email, "invites you")
    assert violations(invitee, link) == []
    assert violations(owner, link) == []  # signed in as somebody else
    invitee.go(link).get_by_role("button", name="Decline").click()
    assert check(invitee) == []


def test_the_keyboard_reaches_search_and_comes_back_from_a_dialog(arrive: Arrive) -> None:
    owner = arrive()
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search members")).to_be_focused()
    page.keyboard.type("sofia")
    expect(page.get_by_role("table")).not_to_contain_text("Priya Nair")
    expect(page).to_have_url(re.compile(r"\?q=sofia$"))
    page = owner.go("/o/marram/")
    leave = page.get_by_role("link", name="Leave Marram Instruments")
    leave.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("You are the last owner of Marram Instruments")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(leave).to_be_focused()


def test_the_switcher_lists_my_organizations(arrive: Arrive) -> None:
    baker = arrive()
    baker.sign_in("elif@tarnbakery.example")
    page = baker.go("/organizations/new/")
    page.get_by_label("Name").fill("Elif’s Allotment")
    page.get_by_role("button", name="Create the organization").click()
    expect(page).to_have_url(re.compile("/o/elifs-allotment/$"))
    page.locator("summary.org-switch").click()
    page.get_by_role("link", name="Tarn Bakery").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tarn Bakery")


def violations(person: Person, path: str) -> list[str]:
    person.go(path)
    return check(person)


def check(person: Person) -> list[str]:
    """What axe finds, once nothing moves any more: a dialog that still rises has other colours."""
    person.page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")
    results = Axe().run(person.page)
    return [f"{person.page.url}\n{results.generate_report()}"] if results.violations_count else []
