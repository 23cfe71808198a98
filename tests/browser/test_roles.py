"""The pages of roles in Chromium: axe finds nothing on any of them, and the keyboard designs a role."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive, Person
from tests.browser.test_pages import OWNER, check

pytestmark = pytest.mark.browser

WIDTHS = (1360, 390)


def complaints(person: Person, where: str) -> list[str]:
    """What axe finds on the page as it stands, wide and narrow, and whether it scrolls sideways."""
    found = []
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        found += check(person)
        if person.page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{where} scrolls sideways at {width}")
    person.page.set_viewport_size({"width": 1360, "height": 900})
    return found


def make(person: Person, like: str, name: str) -> Page:
    """Clone a role on the page that its row menu leads to."""
    page = person.go("/o/marram/roles/")
    page.get_by_label(f"More for {like}").click()
    page.get_by_role("link", name="Clone").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the role").click()
    expect(page.get_by_role("status")).to_contain_text(f"{name} exists now")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_roles_is_accessible(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = make(owner, "Member", f"Greeter {theme}")
    here = page.url
    found = complaints(owner, "one role")
    for path in (
        "/o/marram/roles/",
        "/o/marram/roles/new/",
        "/o/marram/roles/compare/",
        "/o/marram/roles/compare/?show=all",
    ):
        owner.go(path)
        found += complaints(owner, path)
    for path in ("?tab=people", "edit/", "clone/", "delete/"):
        page.goto(here + path)
        found += complaints(owner, path)
    page.goto("/".join([here.rstrip("/"), "edit/"]))
    page.get_by_label("Name").fill("viewer")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_contain_text("Another role has this name.")
    found += complaints(owner, "an error")
    page.get_by_label("Name").fill(f"Host {theme}")
    page.locator('[name="version"]').evaluate("field => { field.value = '9' }")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("saved this role meanwhile")
    found += complaints(owner, "what was saved meanwhile")
    page.goto("/".join([here.rstrip("/"), "delete/"]))
    page.get_by_role("button", name=re.compile("^Delete")).click()
    expect(page.get_by_role("status")).to_contain_text("is deleted")
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_question_before_saving_is_accessible(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = make(owner, "Member", f"Asked {theme}")
    here = page.url
    owner.go("/o/marram/invitations/new/")
    page.get_by_label("Email addresses").fill(f"asked.{theme}@stranger.example")
    page.get_by_text(f"Asked {theme}").click()
    page.get_by_role("button", name="Invite", exact=True).click()
    page.goto(here + "edit/")
    page.get_by_label("Audit log, read").check()
    page.get_by_label("Invitations, read").uncheck()
    page.get_by_label("Groups, read").select_option("groups")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who gains and loses what")
    expect(page.get_by_role("main")).to_contain_text("1 open invitation offers it")
    assert complaints(owner, "the question") == []
    page.get_by_role("button", name="Back to editing").click()
    expect(page.get_by_label("Audit log, read")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Save for").click()
    expect(page.get_by_role("status")).to_contain_text("is saved")
    page.get_by_role("link", name=re.compile("^Delete")).click()
    expect(page.get_by_role("dialog")).to_contain_text("1 open invitation offers it")
    assert check(owner) == []
    page.get_by_label("1 open invitation offers it").select_option(label="Revoke")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Delete")).click()
    expect(page.get_by_role("status")).to_contain_text("is deleted")


def test_a_role_is_designed_by_keyboard(arrive: Arrive) -> None:
    owner = arrive(viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/roles/new/")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Typed")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Organization, read")).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_label("Groups, read").focus()
    page.keyboard.press("A")
    page.keyboard.press("Enter")
    page.get_by_label("Name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Typed exists now")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Groups"))
    expect(row).to_contain_text("the whole organization")
    more = owner.go("/o/marram/roles/").get_by_label("More for Typed")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Delete")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="View permissions")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()


def test_roles_work_without_scripts(arrive: Arrive) -> None:
    owner = arrive(java_script_enabled=False)
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/roles/")
    page.get_by_label("More for Viewer").click()
    page.get_by_role("link", name="View permissions").click()
    page.get_by_role("link", name="Clone").click()
    page.get_by_label("Name").fill("Plain")
    page.get_by_role("button", name="Make the role").click()
    page.get_by_role("link", name="Delete Plain").click()
    page.get_by_role("button", name="Delete Plain").click()
    expect(page.get_by_role("status")).to_contain_text("Plain is deleted. Nobody held it.")
