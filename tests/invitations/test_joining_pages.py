"""What somebody sees who wants to join: the way that is open to them, and pages that tell nothing to anyone else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from invitations.actions.asking import refuse_request
from invitations.actions.join_links import revoke_link
from invitations.actions.ways import open_way
from invitations.join_links import token_of
from invitations.models import JoinRequest, WayKind
from organizations.actions.deleting_roles import delete_role
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, deactivate, join, role_of
from tests.invitations.letting_in import add_address, ask, come, let_in, link, of_the_domain, prove, use
from tests.organizations.designing import design
from tests.witness import counters, written

PAGE = "/o/marram/join/"


def text_of(response) -> str:
    page = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page[page.index("<main") :]))


def test_page_is_the_same_404_whether_there_is_no_organization_no_way_or_none_for_this_person(
    client_of, org, other_org, owner, outsider, stranger
):
    let_in(outsider, "domain")
    browser = client_of(stranger)
    pages = [browser.get(f"/o/{slug}/join/") for slug in ("marram", "lee", "nobody", "x" * 300)]
    assert [page.status_code for page in pages] == [404] * 4
    token = re.compile(r'(?<=FToken": ")\w+|(?<=nonce=")[^"]+')
    assert len({token.sub("", page.content.decode()) for page in pages}) == 1
    assert [browser.post(f"/o/{slug}/join/").status_code for slug in ("marram", "lee", "nobody")] == [404] * 3


def test_nobody_is_asked_to_sign_in_whichever_organization_it_is(owner):
    let_in(owner, "open")
    for slug in ("marram", "nobody"):
        response = Client().get(f"/o/{slug}/join/")
        assert (response.status_code, response.headers["Location"]) == (302, f"/accounts/login/?next=/o/{slug}/join/")


@pytest.mark.parametrize("kind", ["domain", "open"])
def test_looking_joins_nobody_and_the_button_does(client_of, org, owner, kind):
    let_in(owner, kind)
    user = of_the_domain()
    browser = client_of(user)
    with written() as news:
        browser.head(PAGE)
        response = browser.get(PAGE)
    assert response.status_code == 200
    assert "Join Marram Instruments" in text_of(response)
    assert "no-store" in response.headers["Cache-Control"]
    assert news.nothing
    with written() as news:
        response = browser.post(PAGE)
    assert response.headers["Location"] == "/o/marram/"
    assert len(news.events) == 1
    assert org.memberships.get(user=user).source == kind
    assert browser.get(PAGE).headers["Location"] == "/o/marram/"


def test_way_that_leads_furthest_is_shown(client_of, org, owner):
    let_in(owner, "request")
    let_in(owner, "open", "viewer")
    let_in(owner, "domain", at_once=False)
    assert "open to everyone" in text_of(client_of(of_the_domain()).get(PAGE))
    let_in(owner, "domain")
    assert "confirmed address at a domain" in text_of(client_of(of_the_domain(name="Paul P")).get(PAGE))


def test_asking_and_taking_back(client_of, org, owner, stranger):
    let_in(owner, "request")
    browser = client_of(stranger)
    assert "Ask to join Marram Instruments" in text_of(browser.get(PAGE))
    with written() as news:
        assert browser.post(PAGE, {"message": "Hello there"}).headers["Location"] == PAGE
    assert news.actions == ["join_request.asked"]
    shown = text_of(browser.get(PAGE))
    assert "You asked to join Marram Instruments" in shown
    assert "Hello there" in shown
    assert "Marram Instruments" in text_of(browser.get("/organizations/"))
    asked = JoinRequest.objects.get()
    assert client_of(owner).post(f"/join/requests/{asked.pk}/withdraw/").status_code == 404
    browser.post(f"/join/requests/{asked.pk}/withdraw/")
    asked.refresh_from_db()
    assert asked.status == "withdrawn"
    assert "You asked to join" not in text_of(browser.get("/organizations/"))


def test_who_asked_joins_at_once_where_that_is_open_by_now(client_of, org, owner, stranger):
    let_in(owner, "request")
    asked = ask(stranger, org)
    let_in(owner, "open")
    browser = client_of(stranger)
    page = browser.get(PAGE)
    assert "You need not wait for that any more." in text_of(page)
    assert "Join Marram Instruments" in text_of(page)
    browser.post(PAGE)
    assert org.memberships.get(user=stranger).source == "open"
    asked.refresh_from_db()
    assert asked.status == "joined"


def test_whoever_was_refused_reads_so_and_is_not_led_to_ask_again_too_soon(client_of, owner, stranger):
    let_in(owner, "request")
    browser = client_of(stranger)
    browser.post(PAGE, {"message": "Hello there"})
    refuse_request(actor=acting(owner), asked=JoinRequest.objects.get(), reason="We are full.")
    shown = text_of(browser.get(PAGE))
    assert "Your request to join Marram Instruments was refused" in shown
    assert "We are full." in shown
    assert "Ask to join" not in shown
    assert "Asking shows your name" not in shown


def test_tabs_say_how_many_ask_and_how_many_wait(client_of, owner, stranger):
    let_in(owner, "request")
    page = "/o/marram/invitations/requests/"
    assert "To answer 0 Wait for a seat 0 Answered" in text_of(client_of(owner).get(page))
    client_of(stranger).post(PAGE, {"message": "Hello there"})
    assert "To answer 1 Wait for a seat 0 Answered" in text_of(client_of(owner).get(page))


@pytest.mark.parametrize(
    "message",
    ["a\x00b", "a\x7fb", "x" * 5_000, "see www.evil.com", "\u202egnp"],
    ids=["NUL", "control", "long", "link", "direction"],
)
def test_what_cannot_be_sent_stands_in_the_form_with_the_mistake_beside_it(client_of, owner, stranger, message):
    let_in(owner, "request")
    with written() as news:
        response = client_of(stranger).post(PAGE, {"message": message})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()
    assert news.nothing


def test_refusal_is_read_on_the_page(client_of, owner, stranger):
    let_in(owner, "request")
    refuse_request(actor=acting(owner), asked=ask(stranger, owner.organization), reason="We know nobody of that name.")
    browser = client_of(stranger)
    for page in (PAGE, "/organizations/"):
        assert "We know nobody of that name." in text_of(browser.get(page))
    with written() as news:
        response = browser.post(PAGE, {"message": ""})
    assert "You were refused a short while ago" in text_of(response)
    assert news.nothing


def test_ten_requests_a_day_are_enough_for_a_person(client_of, org, owner, stranger, settings):
    settings.JOINING_LIMITS = {"person": 10, "place": 20}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "asks"}}
    let_in(owner, "request")

    def asks(user) -> bool:
        browser = client_of(user)
        browser.post(PAGE, {"message": ""})
        asked = JoinRequest.objects.open().filter(user=user).first()
        if asked:
            browser.post(f"/join/requests/{asked.pk}/withdraw/")
        return asked is not None

    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert [asks(stranger) for _ in range(12)] == [True] * 10 + [False] * 2
        others = [UserFactory() for _ in range(12)]
        assert sum(asks(one) for one in others) == 10  # twenty from this place, the refused ones not counted
    with time_machine.travel(timezone.now() + timedelta(days=402)):
        assert asks(stranger)


def test_whole_office_asks_from_one_place_by_its_proven_domain(client_of, org, owner, settings):
    settings.JOINING_LIMITS = {"person": 10, "place": 2}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "office"}}
    let_in(owner, "domain", at_once=False)
    for number in range(4):
        client_of(of_the_domain(name=f"Number{number} N")).post(PAGE, {"message": ""})
    assert JoinRequest.objects.open().count() == 4


def test_deactivated_person_is_led_to_whom_to_ask(client_of, owner, stranger):
    let_in(owner, "open")
    deactivate(join(owner, stranger))
    browser = client_of(stranger)
    assert browser.get(PAGE).headers["Location"] == "/o/marram/"
    with written() as news:
        assert browser.post(PAGE).headers["Location"] == "/o/marram/"
    assert news.nothing
    assert "Grace Okafor" in browser.get("/o/marram/").content.decode()


def test_second_factor_comes_first(client_of, org, owner, stranger):
    let_in(owner, "open")
    Organization.objects.filter(pk=org.pk).update(two_factor_required=True)
    Membership.objects.filter(pk=owner.pk).update(two_factor=True)
    browser = client_of(stranger)
    page = browser.get(PAGE).content.decode()
    assert "asks a second factor of everyone" in page
    assert "/accounts/2fa/" in page
    with written() as news:
        assert "asks a second factor of everyone" in text_of(browser.post(PAGE))
    assert news.nothing


def test_without_a_seat_one_waits_and_the_page_says_so(client_of, org, owner, stranger):
    let_in(owner, "open")
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    browser = client_of(stranger)
    assert "Wait for a seat" in text_of(browser.get(PAGE))
    assert browser.post(PAGE).headers["Location"] == PAGE
    assert "You wait for a seat in Marram Instruments" in text_of(browser.get(PAGE))
    assert "You wait for a seat" in text_of(browser.get("/organizations/"))
    Organization.objects.filter(pk=org.pk).update(seat_limit=2)
    assert browser.post(PAGE).headers["Location"] == "/o/marram/"


def test_my_organizations_lists_those_of_my_domains_alone(client_of, owner, outsider, stranger):
    let_in(owner, "domain")
    let_in(outsider, "request")
    user = of_the_domain()
    shown = text_of(client_of(user).get("/organizations/"))
    assert "You can join" in shown
    assert "Marram Instruments" in shown
    assert "Lee" not in shown
    assert "You can join" not in text_of(client_of(stranger).get("/organizations/"))
    come(user, owner.organization, "domain")
    assert "You can join" not in text_of(client_of(user).get("/organizations/"))


def test_my_organizations_leads_to_no_way_that_nobody_may_offer_any_more(client_of, org, owner, outsider):
    """The way still stands: its opener's account may be given back. Until then its page does not exist."""
    admin = join(owner, UserFactory(), "admin")
    let_in(admin, "domain")
    prove(outsider.organization, "lee.example")
    open_way(
        actor=acting(outsider),
        organization=outsider.organization,
        kind=WayKind.DOMAIN,
        role=role_of(outsider.organization, "member"),
    )
    user = of_the_domain()
    add_address(user, "dora@lee.example")
    browser = client_of(user)
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)
    assert browser.get(PAGE).status_code == 404
    shown = text_of(browser.get("/organizations/"))
    assert "You can join" in shown
    assert "Lee &amp; Sons" in shown
    assert "Marram Instruments" not in shown
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=True)
    assert "Marram Instruments" in text_of(browser.get("/organizations/"))


def test_link_is_opened_without_its_token_in_the_next_address(client_of, org, owner, stranger):
    made = link(owner)
    token = token_of(made)
    browser = client_of(stranger)
    assert browser.get(f"/join/{made.pk}/").status_code == 404
    with written() as news:
        response = browser.get(f"/j/{token}/")
        assert response.headers["Location"] == f"/join/{made.pk}/"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response.headers["Cache-Control"]
        page = browser.get(f"/join/{made.pk}/")
    assert news.nothing
    assert token not in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert "Join Marram Instruments" in text_of(page)
    assert browser.post(f"/join/{made.pk}/").headers["Location"] == "/o/marram/"
    assert org.memberships.get(user=stranger).source == "link"
    assert "You already belong" in text_of(browser.get(f"/join/{made.pk}/"))


def test_scanner_of_links_uses_none(owner):
    made = link(owner)
    for _ in range(10):
        browser = Client()
        for method in ("get", "head", "post", "options"):
            getattr(browser, method)(f"/j/{token_of(made)}/")
            getattr(browser, method)(f"/join/{made.pk}/")
    made.refresh_from_db()
    assert made.used == 0


def test_nobody_in_particular_is_led_through_signing_in_back_to_the_link(owner):
    made = link(owner)
    browser = Client()
    browser.get(f"/j/{token_of(made)}/")
    page = browser.get(f"/join/{made.pk}/").content.decode()
    assert f"next=%2Fjoin%2F{made.pk}%2F" in page
    response = browser.post(f"/join/{made.pk}/")
    assert response.headers["Location"].startswith("/accounts/login/?next=")


def test_link_that_was_opened_waits_among_my_organizations(client_of, owner, stranger):
    made = link(owner)
    browser = client_of(stranger)
    browser.get(f"/j/{token_of(made)}/")
    assert "With the link that you opened, as Member." in text_of(browser.get("/organizations/"))
    revoke_link(actor=acting(owner), link=made)
    assert "With the link that you opened" not in text_of(browser.get("/organizations/"))
    assert "was taken back" in text_of(browser.get(f"/join/{made.pk}/"))
    with written() as news:
        assert browser.post(f"/join/{made.pk}/").headers["Location"] == f"/join/{made.pk}/"
    assert news.nothing


@pytest.mark.parametrize("token", ["x", "%00", "x" * 5_000, "a.b.c", "%ED%A0%80"])
def test_link_that_is_none_says_so(token):
    response = Client().get(f"/j/{token}/")
    assert response.status_code == 404
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_who_waits_by_a_link_opens_its_page_from_the_mail_in_any_browser(client_of, org, owner, stranger):
    made = link(owner)
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    use(stranger, made)
    assert "You wait for a seat" in text_of(client_of(stranger).get(f"/join/{made.pk}/"))
    assert client_of(UserFactory()).get(f"/join/{made.pk}/").status_code == 404
    assert counters(org) == (1, 0, 0)


def test_who_waits_by_a_link_that_has_ended_is_told_so_and_can_stop(client_of, org, owner, stranger):
    made = link(owner)
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    use(stranger, made)
    browser = client_of(stranger)
    assert browser.get(PAGE).headers["Location"] == f"/join/{made.pk}/"
    assert "told by mail when one is free" in text_of(browser.get("/organizations/"))
    JoinRequest.objects.update(told_at=timezone.now())
    assert f"/join/{made.pk}/" in browser.get("/organizations/").content.decode()
    revoke_link(actor=acting(owner), link=made)
    page = browser.get("/organizations/")
    assert "the link by which you came leads nowhere any more" in text_of(page)
    assert f"/join/{made.pk}/" not in page.content.decode()
    shown = text_of(browser.get(f"/join/{made.pk}/"))
    assert "This link was taken back." in shown
    assert "Stop waiting" in shown
    asked = JoinRequest.objects.get()
    response = browser.post(f"/join/requests/{asked.pk}/withdraw/", follow=True)
    assert "You no longer wait for a seat in Marram Instruments." in text_of(response)


def test_who_waits_by_a_link_whose_role_is_deleted_is_told_so_and_can_stop(client_of, org, owner, stranger):
    role = design(owner, "Door", "organization.read")
    made = link(owner, role)
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    use(stranger, made)
    delete_role(actor=acting(owner), role=role, move_to=None, invitations_to=None)
    browser = client_of(stranger)
    for page in (PAGE, "/organizations/"):
        shown = text_of(browser.get(page))
        assert "the link by which you came leads nowhere any more" in shown
        assert "told when it is open" not in shown
        assert "Stop waiting" in shown
