"""Groups, a role given, settings and ownership in a browser: axe finds nothing, and dialogs ask what pages ask."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_pages import OWNER, VIEWER, check, violations

pytestmark = pytest.mark.browser

PAGES = (
    "/o/marram/groups/",
    "/o/marram/groups/?q=nothing-of-that-name",
    "/o/marram/groups/new/",
    "/o/marram/settings/",
    "/o/marram/settings/two-factor/",
    "/o/marram/settings/ownership/",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_wide_and_narrow(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    found = [complaint for path in PAGES for complaint in violations(owner, path)]
    owner.page.set_viewport_size({"width": 390, "height": 844})
    for path in PAGES:
        found += violations(owner, path)
        if owner.page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{path} scrolls sideways on a phone")
    assert found == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1360), ("dark", 390)])
def test_a_group_is_made_filled_and_given_a_curator(arrive: Arrive, theme: str, width: int) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": width, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/groups/new/")
    page.get_by_label("Name").fill(f"Night shift, {theme}")
    page.get_by_role("button", name="Create the group").click()
    expect(page.get_by_role("status")).to_contain_text("exists. Put its people into it next.")
    pasted = "priya.nair@marram.example, sofia.rossi@marram.example nobody@marram.example"
    page.get_by_label("Email addresses of members").fill(pasted)
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_label("Email addresses of members")).to_have_value("nobody@marram.example")
    expect(page.get_by_text("No member of Marram Instruments has this address.")).to_be_visible()
    assert check(owner) == []
    page.get_by_label("Search members").fill("mateo")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="Add Mateo Rivera").click()
    expect(page.get_by_text("In the group")).to_be_visible()
    assert check(owner) == []
    page.get_by_role("link", name="Back to the group").click()
    assert check(owner) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    more = page.get_by_label("More for Priya Nair")
    more.click()
    page.get_by_role("link", name="Make curator").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The role of Priya Nair stays as it is.")
    assert check(owner) == []
    dialog.get_by_role("button", name="Make Priya Nair curator").click()
    expect(page.get_by_role("status")).to_contain_text("Priya Nair curates Night shift")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 people stay in Marram Instruments without it.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Delete")).to_be_focused()


def test_a_role_is_changed_by_keyboard_from_the_row(arrive: Arrive) -> None:
    owner = arrive()
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?q=sofia")
    control = page.locator("a.role-control")
    control.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Role of Sofia Rossi in Marram Instruments")
    expect(dialog.get_by_role("radio", checked=True)).to_be_focused()
    assert check(owner) == []
    page.keyboard.press("Escape")
    expect(control).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("radio", checked=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Sofia Rossi is Member in Marram Instruments now")
    page = owner.go("/o/marram/members/?q=sofia")
    page.locator("a.role-control").click()
    page.get_by_role("radio", name=re.compile("Viewer")).check()
    page.get_by_role("button", name="Change the role").click()
    expect(page.get_by_role("status")).to_contain_text("Sofia Rossi is Viewer in Marram Instruments now")


def test_groups_work_without_scripts(arrive: Arrive) -> None:
    viewer = arrive(java_script_enabled=False)
    viewer.sign_in(VIEWER)
    page = viewer.go("/o/marram/groups/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Groups")
    owner = arrive(java_script_enabled=False)
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/groups/new/")
    page.get_by_label("Name").fill("Without scripts")
    page.get_by_role("button", name="Create the group").click()
    page.get_by_role("link", name="Back to the group").click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete Without scripts?")
    page.get_by_role("button", name="Delete Without scripts").click()
    expect(page.get_by_role("status")).to_contain_text("The group Without scripts is deleted.")
