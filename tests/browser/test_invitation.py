"""The main job, from one end to the other: invite, follow the link in the mail, accept, belong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive, Person

pytestmark = pytest.mark.browser

OWNER = "grace.okafor@marram.example"
NEW_PASSWORD = "a password of one's own"
SUBJECT = "Grace Okafor invites you to Marram Instruments"


def invite(arrive: Arrive, email: str, role: str = "Member") -> Person:
    owner = arrive()
    owner.sign_in(OWNER)
    page = owner.go("/o/marram/invitations/new/")
    page.get_by_label("Email addresses").fill(email)
    page.get_by_role("radio", name=re.compile(f"^{role}")).check()
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(f"{email} is invited to Marram Instruments")
    return owner


def sign_up(page: Page, email: str, name: str) -> None:
    page.get_by_role("link", name="Create an account to join").click()
    expect(page.get_by_label("Email")).to_have_value(email)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name=re.compile("Create")).click()


def accept(page: Page, role: str = "Member") -> None:
    page.get_by_role("button", name="Accept and join").click()
    expect(page.get_by_role("status")).to_contain_text(f"You belong to Marram Instruments now, as {role}.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Marram Instruments")


def is_listed(owner: Person, name: str) -> None:
    page = owner.go(f"/o/marram/members/?q={name.split()[0]}")
    expect(page.get_by_role("table")).to_contain_text(name)
    page = owner.go("/o/marram/audit/")
    expect(page.locator(".event").first).to_contain_text(f"{name} accepted the invitation and joined as Member")


def test_a_stranger_is_invited_signs_up_and_belongs(arrive: Arrive) -> None:
    email = "wren@stranger.example"
    owner = invite(arrive, email)
    stranger = arrive()
    page = stranger.go(stranger.open_mail(email, SUBJECT))
    expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)
    assert "/i/" not in page.url  # the token has left the address bar
    sign_up(page, email, "Wren Stranger")
    accept(page)
    is_listed(owner, "Wren Stranger")


def test_without_scripts_and_on_a_phone_it_works_as_well(arrive: Arrive) -> None:
    email = "paper@stranger.example"
    owner = invite(arrive, email)
    phone = arrive(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = phone.go(phone.open_mail(email, SUBJECT))
    sign_up(page, email, "Paper Stranger")
    accept(page)
    is_listed(owner, "Paper Stranger")


def test_someone_with_an_account_signs_in_and_accepts(arrive: Arrive) -> None:
    email = "elif@tarnbakery.example"
    owner = invite(arrive, email)
    baker = arrive()
    page = baker.go(baker.open_mail(email, SUBJECT))
    page.get_by_role("link", name="I have an account: sign in").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill("marram-demo-2026")
    page.get_by_role("button", name="Sign in", exact=True).click()
    accept(page)
    is_listed(owner, "Elif Demir")


def test_signed_in_as_somebody_else_nothing_happens_until_they_switch(arrive: Arrive) -> None:
    email = "quill@stranger.example"
    owner = invite(arrive, email)
    somebody = arrive()
    somebody.sign_in("sofia.rossi@marram.example")
    page = somebody.go(somebody.open_mail(email, SUBJECT))
    expect(page.get_by_text("You are signed in as")).to_contain_text("sofia.rossi@marram.example")
    expect(page.get_by_role("button", name="Accept and join")).to_have_count(0)
    page.get_by_role("button", name="Use another account").click()
    sign_up(page, email, "Quill Stranger")
    accept(page)
    is_listed(owner, "Quill Stranger")


def test_declining_needs_no_account_and_says_that_it_is_done(arrive: Arrive) -> None:
    email = "rather.not@stranger.example"
    owner = invite(arrive, email)
    stranger = arrive()
    page = stranger.go(stranger.open_mail(email, SUBJECT))
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This invitation is declined")
    page = owner.go("/o/marram/invitations/?status=declined")
    expect(page.get_by_role("table")).to_contain_text(email)


def test_a_newer_link_makes_the_older_one_say_so_and_revoking_ends_both(arrive: Arrive) -> None:
    email = "twice@stranger.example"
    owner = invite(arrive, email)
    stranger = arrive()
    older = stranger.open_mail(email, SUBJECT)
    page = owner.go("/o/marram/invitations/")
    page.get_by_role("row").filter(has_text=email).get_by_label(re.compile("More for")).click()
    page.get_by_role("link", name="Send again").click()
    expect(page.get_by_role("dialog")).to_contain_text("Marram Instruments")
    page.get_by_role("dialog").get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status")).to_contain_text("A new link is on its way")
    page = stranger.go(older)
    expect(page.get_by_role("heading", level=1)).to_have_text("A newer invitation was sent")
    page = owner.go("/o/marram/invitations/")
    page.get_by_role("row").filter(has_text=email).get_by_label(re.compile("More for")).click()
    page.get_by_role("link", name="Revoke", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke the invitation").click()
    expect(page.get_by_role("status")).to_contain_text("is withdrawn")
    page = stranger.go(older)
    expect(page.get_by_role("heading", level=1)).to_have_text("This invitation was withdrawn")
