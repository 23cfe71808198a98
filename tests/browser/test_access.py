"""Access explained and one person's page: accessible in either theme and width, and an answer in place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_pages import check, violations

pytestmark = pytest.mark.browser

OWNER, VIEWER = "grace.okafor@marram.example", "sofia.rossi@marram.example"
PATHS = (
    "/o/marram/access/",
    "/o/marram/access/?person=yuki.tanaka@marram.example&permission=members.delete",
    "/o/marram/access/?person=nobody@nowhere.example&permission=members.delete",
    "/o/marram/access/?person=nobody-of-that-name&permission=members.delete",
    "/o/halden/access/?person=support@halden.example&permission=orders.create",
    "/o/aster/access/?person=curator@aster.example&permission=connectors.update",
    "/o/aster/access/who/",
    "/o/aster/access/who/?permission=connectors.update",
    "/o/marram/access/who/?permission=ownership.transfer",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
def test_explained_access_is_accessible(arrive: Arrive, theme: str, width: int) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": width, "height": 900})
    owner.sign_in(OWNER)
    found = []
    for path in PATHS:
        found += violations(owner, path)
        if owner.page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path} scrolls sideways")
    owner.go("/o/aster/members/?q=curator@aster").get_by_role("link", name="Samuel Osei", exact=True).click()
    found += check(owner)
    if owner.page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("the person's page scrolls sideways")
    viewer = arrive(color_scheme=theme, viewport={"width": width, "height": 900})
    viewer.sign_in(VIEWER)
    found += violations(viewer, "/o/marram/audit/")
    assert found == []


def test_answer_comes_in_place_on_the_page_of_a_person(arrive: Arrive) -> None:
    owner = arrive()
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?q=yuki")
    page.get_by_role("link", name="Yuki Tanaka", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yuki Tanaka")
    address = page.url
    page.get_by_role("combobox", name="May do").select_option("members.delete")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("No, Yuki Tanaka cannot delete members.")).to_be_visible()
    expect(page).to_have_url(address)
    assert check(owner) == []
    page.get_by_role("link", name="Who else can do this?").click()
    expect(page.get_by_role("table")).to_contain_text("Grace Okafor")


def test_question_is_asked_by_keyboard_and_its_answer_has_an_address(arrive: Arrive) -> None:
    owner = arrive()
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/access/")
    page.get_by_role("textbox", name="Person").focus()
    page.keyboard.type("Yuki")
    page.keyboard.press("Tab")
    page.keyboard.type("read members")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Yes, Yuki Tanaka can read members.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"person=Yuki&permission=members\.read"))
    page.reload()
    expect(page.get_by_text("Yes, Yuki Tanaka can read members.")).to_be_visible()


def test_question_is_asked_without_scripts(arrive: Arrive) -> None:
    owner = arrive(java_script_enabled=False)
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/members/?q=yuki")
    page.get_by_role("link", name="Yuki Tanaka", exact=True).click()
    page.get_by_role("combobox", name="May do").select_option("members.delete")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("No, Yuki Tanaka cannot delete members.")).to_be_visible()
    expect(page).to_have_url(re.compile("/o/marram/access/"))
