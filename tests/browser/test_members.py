"""The members table in a browser: finding people, changing several at once and one of them, by hand and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_pages import OWNER, VIEWER, check, violations

pytestmark = pytest.mark.browser

PAGES = (
    "/o/marram/members/",
    "/o/marram/members/?q=nothing-of-that-name",
    "/o/marram/members/?status=active&two_factor=off&q=e",
    "/o/marram/members/?status=pending",
    "/o/marram/members/by/more/",
    "/o/marram/members/filters/",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_table_and_its_filters_are_accessible_wide_and_narrow(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    found = [complaint for path in PAGES for complaint in violations(owner, path)]
    owner.page.set_viewport_size({"width": 390, "height": 844})
    for path in PAGES:
        found += violations(owner, path)
        if owner.page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{path} scrolls sideways on a phone")
    assert found == []


def test_people_are_found_by_keyboard_and_the_address_says_how(arrive: Arrive) -> None:
    viewer = arrive(viewport={"width": 1360, "height": 900})
    viewer.sign_in(VIEWER)
    page = viewer.go("/o/marram/members/")
    page.keyboard.press("/")
    page.keyboard.type("chloe")
    expect(page.get_by_role("link", name="Chloé Martin")).to_be_visible()
    expect(page.get_by_role("link", name="Priya Nair")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"q=chloe"))
    page.locator("summary", has_text="Two-factor").click()
    page.get_by_role("link", name="Off", exact=True).click()
    expect(page).to_have_url(re.compile(r"q=chloe&two_factor=off"))
    page.get_by_role("link", name="Take off: Two-factor off").click()
    expect(page).to_have_url(re.compile(r"q=chloe$"))


@pytest.mark.parametrize(("theme", "width"), [("light", 1360), ("dark", 390)])
def test_several_people_get_another_role_and_it_is_undone(arrive: Arrive, theme: str, width: int) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": width, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?q=marram.example")
    page.get_by_role("checkbox", name="Hannah Weiss").check()
    page.get_by_role("checkbox", name="Kofi Mensah").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    assert check(owner) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Change role").click()
    page.get_by_role("radio", name=re.compile("^Viewer")).check()
    assert check(owner) == []
    page.get_by_role("button", name="Look at what would change").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 people")
    assert check(owner) == []
    page.locator("button[name=go]").click()
    expect(page.get_by_role("status").first).to_contain_text("2 people are Viewer in Marram Instruments now")
    expect(page).to_have_url(re.compile(r"/members/\?q=marram"))
    assert check(owner) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").first).to_contain_text("Undone")
    row = page.get_by_role("row").filter(has_text="Hannah Weiss")
    expect(row).to_contain_text("Member")


def test_a_row_opens_its_menu_by_keyboard_and_gives_the_focus_back(arrive: Arrive) -> None:
    owner = arrive(viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?q=rui")
    page.locator("a.more-link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Edit details")).to_be_visible()
    assert check(owner) == []
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Open", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Edit details")).to_be_hidden()
    expect(page.locator("summary.more-link")).to_be_focused()


@pytest.mark.parametrize("width", [1360, 390])
def test_menus_open_within_the_window(arrive: Arrive, width: int) -> None:
    owner = arrive(viewport={"width": width, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/")
    page.locator("a.more-link").last.scroll_into_view_if_needed()
    page.locator("a.more-link").last.click()
    expect(page.get_by_role("link", name=re.compile("^Remove from"))).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    if width < 768:
        page.get_by_role("button", name="Filters").click()
    page.locator("summary", has_text="Saved filters").click()
    expect(page.get_by_text("None yet.")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_offered_role_in_a_row_opens_in_a_dialog(arrive: Arrive) -> None:
    owner = arrive(viewport={"width": 390, "height": 844})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?status=pending")
    row = page.get_by_role("row").filter(has_text="felix@")
    row.locator("a.role-control").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Role offered to felix@"))
    expect(dialog.get_by_role("radio", checked=True)).to_be_focused()
    assert check(owner) == []
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    row.locator("a.role-control").click()
    dialog.get_by_role("radio", name=re.compile("Coordinator")).check()
    dialog.get_by_role("button", name="Offer this role").click()
    expect(page.get_by_role("status").first).to_contain_text("Coordinator")


def test_removing_somebody_asks_for_the_name(arrive: Arrive) -> None:
    owner = arrive(viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?q=ruth")
    page.locator("a.more-link").click()
    page.get_by_role("link", name=re.compile("^Remove from")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("cannot be undone")
    dialog.get_by_role("textbox").fill("Ruth")
    assert check(owner) == []
    dialog.get_by_role("textbox").fill("Ruth Feld")
    dialog.get_by_role("button", name="Remove Ruth Feld").click()
    expect(page.get_by_role("status").first).to_contain_text("Ruth Feld")
    owner.go("/o/marram/members/?q=ruth")
    expect(page.get_by_text("No one here matches")).to_be_visible()


def test_everything_works_without_scripts(arrive: Arrive) -> None:
    owner = arrive(java_script_enabled=False, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?q=noor")
    page.get_by_role("checkbox", name="Noor Rahman").check()
    page.get_by_role("button", name="Deactivate", exact=True).click()
    page.locator("button[name=go]").click()
    expect(page.get_by_text("Deactivated").first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page = owner.go("/o/marram/members/?q=noor")
    expect(page.get_by_text("Active", exact=True).first).to_be_visible()
    page.locator("a.more-link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noor Rahman")
