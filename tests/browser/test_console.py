"""Working on invitations in the browser: ticking several, extending them, correcting an address, one's history."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_pages import OWNER, check, violations

pytestmark = pytest.mark.browser

LIST = "/o/marram/invitations/"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_invitations_are_worked_on_by_hand_and_axe_finds_nothing(arrive: Arrive, theme: str) -> None:
    owner = arrive(color_scheme=theme, viewport={"width": 1360, "height": 900})
    owner.sign_in(OWNER)
    page = owner.go(f"{LIST}new/")
    page.get_by_label("Email addresses").fill(f"quinn.{theme}@long.example quinn2.{theme}@long.example")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("are invited")

    page = owner.go(f"{LIST}?q=quinn")
    page.get_by_label(f"Select quinn.{theme}@long.example").check()
    page.get_by_label(f"Select quinn2.{theme}@long.example").check()
    expect(page.locator("#bulk")).to_contain_text("2 selected")
    assert check(owner) == []
    page.locator("#bulk").get_by_role("button", name="Extend").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Let 2 invitations stand for longer?")
    assert check(owner) == []
    page.get_by_label("Open for (days)").fill("30")
    page.get_by_role("button", name="Extend 2 invitations").click()
    expect(page.get_by_role("status")).to_contain_text("2 invitations to Marram Instruments were extended.")
    expect(page).to_have_url(re.compile("q=quinn"))
    expect(page.locator("#bulk")).to_be_hidden()

    page.get_by_role("link", name=f"quinn.{theme}@long.example", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"quinn.{theme}@")
    expect(page.get_by_text("lets the invitation to")).to_be_visible()
    assert check(owner) == []
    page.get_by_label(f"More for quinn.{theme}@long.example").click()
    page.get_by_role("link", name="Correct the address").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Right address")).to_be_focused()
    dialog.get_by_label("Right address").fill(f"right.{theme}@long.example")
    dialog.get_by_role("button", name="Send to this address").click()
    expect(page.get_by_role("status")).to_contain_text(f"right.{theme}@long.example")

    page.set_viewport_size({"width": 390, "height": 844})
    for path in (f"{LIST}?q=right", f"{LIST}?status=failed", page.url.removeprefix(owner.address)):
        assert violations(owner, path) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
