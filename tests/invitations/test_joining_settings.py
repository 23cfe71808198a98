"""The part of Settings about joining, the requests, and the plan: what the pages say, and what their buttons do."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.actors import SYSTEM
from invitations.join_links import address_of
from invitations.models import JoinLink, JoinRequest, WayIn
from organizations.actions.domains import add_domain, unprove_domain
from organizations.actions.plans import set_plan
from organizations.actions.proving import note_answer
from organizations.models import DnsAnswer, Domain, Organization, Role
from tests.factories import UserFactory, acting, join, role_of
from tests.invitations.letting_in import ask, come, let_in, link, of_the_domain
from tests.organizations.changing import assign
from tests.organizations.designing import design
from tests.witness import deliver, written

SETTINGS = "/o/marram/settings/"
JOINING = f"{SETTINGS}joining/"
KEEPERS = (
    "organization.read", "organization.update", "members.read", "roles.read", "groups.read", "invitations.create",
)  # fmt: skip


def text_of(response) -> str:
    page = response.content.decode()
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page[page.index("<main") :])))


@pytest.fixture
def keeper(owner):
    """Somebody who changes settings and invites, and holds little else."""
    person = join(owner, UserFactory(name="Kim Keeper"))
    assign(owner, design(owner, "Keeper", *KEEPERS), person)
    return person


def test_without_anything_switched_on_it_is_invite_only(client_of, org, owner):
    shown = text_of(client_of(owner).get(JOINING))
    assert "Invite only: nobody joins Marram Instruments without an invitation." in shown
    assert "Invite only" not in text_of(client_of(let_in(owner, "open").opened_by).get(JOINING))


def test_way_is_switched_on_changed_and_off(client_of, org, owner):
    browser = client_of(owner)
    page = browser.get(f"{JOINING}open/")
    roles = [role.key for role, _ in page.context["form"].roles]
    assert roles == ["viewer", "member", "admin"]  # the narrowest first, and never the owner's
    assert page.context["form"]["role"].value() == role_of(org, "viewer").pk
    browser.post(f"{JOINING}open/", {"role": role_of(org, "member").pk})
    assert (WayIn.objects.get().role.key, WayIn.objects.get().kind) == ("member", "open")
    assert "/o/marram/join/" in browser.get(JOINING).content.decode()
    browser.post(f"{JOINING}domain/", {"role": role_of(org, "viewer").pk, "joins": "asking"})
    assert WayIn.objects.get(kind="domain").at_once is False
    assert "No domain is proven" in text_of(browser.get(JOINING))
    with written() as news:
        assert browser.get(f"{JOINING}open/off/").status_code == 200
    assert news.nothing
    browser.post(f"{JOINING}open/off/")
    assert not WayIn.objects.filter(kind="open").exists()


@pytest.mark.parametrize("kind", ["link", "nothing", "x" * 300, "%00"])
def test_way_that_is_none_is_not_there(client_of, owner, kind):
    for path in (f"{JOINING}{kind}/", f"{JOINING}{kind}/off/"):
        assert client_of(owner).get(path).status_code == 404


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("domain", "whoever joins at once waits and is told when one is; a request stays until then."),
        ("request", "Where none is free nobody can be approved, and the request stays until one is."),
        ("open", "Where none is free they wait, and are told when one is."),
    ],
)
def test_page_of_a_way_says_what_becomes_of_whoever_finds_no_seat(client_of, owner, kind, said):
    assert said in text_of(client_of(owner).get(f"{JOINING}{kind}/"))


@pytest.mark.parametrize("role", ["owner", "nothing", "\x00", "x" * 5_000, ""])
def test_role_that_is_not_offered_is_refused_beside_the_field(client_of, org, owner, role):
    value = role_of(org, "owner").pk if role == "owner" else role
    with written() as news:
        for path, more in ((f"{JOINING}open/", {}), (f"{SETTINGS}links/new/", {"uses": "3", "days": "7"})):
            response = client_of(owner).post(path, {"role": value, **more})
            assert response.status_code == 200
            assert "Choose one of these roles." in text_of(response) or "This field is required." in text_of(response)
    assert news.nothing


def test_roles_that_one_may_not_give_are_shown_with_the_reason(client_of, org, keeper):
    page = text_of(client_of(keeper).get(f"{JOINING}open/"))
    assert "Admin may do more than you may." in page


def test_page_says_when_its_opener_may_no_longer_offer_it(client_of, org, owner, admin):
    let_in(admin, "open")
    link(admin)
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)
    shown = text_of(client_of(owner).get(JOINING))
    assert shown.count("Tomás Rivera may no longer offer this, so nobody joins") == 2


def test_link_is_made_shown_and_revoked(client_of, org, owner):
    browser = client_of(owner)
    fields = {"role": role_of(org, "viewer").pk, "uses": "25", "days": "30"}
    response = browser.post(f"{SETTINGS}links/new/", fields)
    made = JoinLink.objects.get()
    assert (made.max_uses, made.role.key) == (25, "viewer")
    assert response.headers["Location"] == f"{SETTINGS}links/{made.pk}/"
    assert address_of(made) in browser.get(response.headers["Location"]).content.decode()
    assert "0 of 25 used" in text_of(browser.get(JOINING))
    assert address_of(made) not in browser.get(JOINING).content.decode()
    browser.post(f"{SETTINGS}links/{made.pk}/revoke/")
    page = browser.get(f"{SETTINGS}links/{made.pk}/")
    assert address_of(made) not in page.content.decode()
    assert "was taken back" in text_of(page)


@pytest.mark.parametrize(
    "typed", [{"uses": "0"}, {"uses": "1001"}, {"uses": "9" * 400}, {"uses": "\x00"}, {"days": "8"}, {"days": ""}]
)
def test_link_with_a_wrong_number_keeps_what_was_typed(client_of, org, owner, typed):
    fields = {"role": str(role_of(org, "member").pk), "uses": "5", "days": "7"} | typed
    with written() as news:
        response = client_of(owner).post(f"{SETTINGS}links/new/", fields)
    assert response.status_code == 200
    assert "field-error" in response.content.decode()
    assert str(response.context["form"]["role"].value()) == fields["role"]
    assert news.nothing


def test_every_open_link_is_shown_and_can_be_revoked(client_of, org, owner):
    made = [link(owner) for _ in range(12)]
    page = client_of(owner).get(JOINING).content.decode()
    for one in made:
        assert reverse("invitations:link_revoke", args=[org.slug, one.pk]) in page


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (0, "Nobody has joined with it."),
        (1, "1 person has joined with it, and stays."),
        (2, "2 people have joined with it, and stay."),
    ],
)
def test_question_before_revoking_says_how_many_joined(client_of, org, owner, used, said):
    made = link(owner)
    JoinLink.objects.update(used=used)
    assert said in text_of(client_of(owner).get(reverse("invitations:link_revoke", args=[org.slug, made.pk])))


def test_address_of_a_link_is_hidden_from_whoever_may_not_give_its_role(client_of, org, owner, keeper):
    """With a second account they would give it to themself."""
    wide, narrow = link(owner, "admin"), link(owner, "viewer")
    browser = client_of(keeper)
    page = browser.get(f"{SETTINGS}links/{wide.pk}/")
    assert address_of(wide) not in page.content.decode()
    assert "Admin may do more than you may." in text_of(page)
    assert address_of(narrow) in browser.get(f"{SETTINGS}links/{narrow.pk}/").content.decode()


def test_domain_is_added_checked_and_taken_off(client_of, org, owner):
    browser = client_of(owner)
    response = browser.post(f"{SETTINGS}domains/add/", {"name": " Marram.EXAMPLE "})
    domain = Domain.objects.get()
    assert response.headers["Location"] == f"{SETTINGS}domains/{domain.pk}/"
    assert "marram.example" in text_of(browser.get(JOINING))
    page = browser.get(response.headers["Location"]).content.decode()
    assert "_roster.marram.example" in page
    assert domain.record_value in page
    assert browser.get(f"{SETTINGS}domains/{domain.pk}/check/").status_code == 405
    browser.post(f"{SETTINGS}domains/{domain.pk}/check/")
    assert Domain.objects.get().is_checking_at(timezone.now())
    for page in (JOINING, response.headers["Location"]):
        assert "DNS is being asked." in text_of(browser.get(page))
    assert browser.get(f"{SETTINGS}domains/{domain.pk}/remove/").status_code == 200
    browser.post(f"{SETTINGS}domains/{domain.pk}/remove/")
    assert not Domain.objects.exists()


@pytest.mark.parametrize("name", ["gmail.com", "nothing", "", "\x00.example", "x" * 5_000, "a b.example"])
def test_domain_that_is_none_stands_in_the_form_with_the_mistake(client_of, org, owner, name):
    with written() as news:
        response = client_of(owner).post(f"{SETTINGS}domains/add/", {"name": name})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()
    assert news.nothing


@pytest.mark.parametrize(
    ("answer", "mark", "said"),
    [
        ("no_record", "Not found", "There is no TXT record at that name."),
        ("other_value", "Not found", "with another value"),
        ("no_name", "Not found", "That name does not exist in DNS."),
        ("no_answer", "Not found", "The DNS servers did not answer."),
        ("taken", "Another's", "another organization's already. Ask those who run Roster."),
        ("found", "Not proven", "Those who run Roster withdrew its proof. The record was there when DNS was asked"),
    ],
)
def test_page_says_what_dns_answered(client_of, org, owner, answer, mark, said):
    add_domain(actor=acting(owner), organization=org, name="marram.example")
    Domain.objects.update(answer=answer, asked_at=timezone.now())
    for page in (JOINING, f"{SETTINGS}domains/{Domain.objects.get().pk}/"):
        shown = text_of(client_of(owner).get(page))
        assert said in shown
        assert mark in shown
        assert ("Not found" in shown) == (mark == "Not found")


def test_proof_that_staff_withdrew_is_not_said_to_be_missing(client_of, org, owner, staff):
    domain = add_domain(actor=acting(owner), organization=org, name="marram.example")
    Domain.objects.update(due_at=timezone.now())
    domain.refresh_from_db()
    note_answer(actor=SYSTEM, domain=domain, answer=DnsAnswer.FOUND)
    unprove_domain(actor=acting(staff), domain=domain)
    shown = text_of(client_of(owner).get(f"{SETTINGS}domains/{domain.pk}/"))
    assert "Those who run Roster withdrew its proof." in shown
    assert "Not found" not in shown


def test_restriction_is_pasted_as_people_write_it(client_of, org, owner):
    browser = client_of(owner)
    browser.post(f"{SETTINGS}domains/restrict/", {"domains": "@Marram.example, other.example\nthird.example"})
    org.refresh_from_db()
    assert org.allowed_domains == ["marram.example", "other.example", "third.example"]
    assert "Only addresses at these domains" in text_of(browser.get(JOINING))
    response = browser.post(f"{SETTINGS}domains/restrict/", {"domains": "fine.example\nnothing"})
    assert "This is not a domain: nothing." in text_of(response)
    response = browser.post(f"{SETTINGS}domains/restrict/", {"domains": "fine.example a b c d e f g " + "x" * 99})
    assert "These are not domains: a, b, c, d, e and 3 more." in text_of(response)
    response = browser.post(f"{SETTINGS}domains/restrict/", {"domains": "fine.example\n" + "x" * 99})
    assert f"This is not a domain: {'x' * 60}…." in text_of(response)
    assert "fine.example" in response.content.decode()
    named = [f"d{one}.example" for one in range(50)]
    browser.post(f"{SETTINGS}domains/restrict/", {"domains": "\n".join([*named, "D1.example", "@d2.example"])})
    org.refresh_from_db()
    assert org.allowed_domains == sorted(named)  # each once, however often it stands there
    for bad in ("\x00", "x" * 50_000):
        assert browser.post(f"{SETTINGS}domains/restrict/", {"domains": bad}).status_code == 200
    browser.post(f"{SETTINGS}domains/restrict/", {"domains": ""})
    org.refresh_from_db()
    assert org.allowed_domains == []


def test_reminders_are_switched_and_pressing_twice_turns_nothing_round(client_of, org, owner):
    browser = client_of(owner)
    for _ in range(2):
        browser.post(f"{SETTINGS}reminders/", {"reminders": "off"})
        org.refresh_from_db()
        assert org.reminders is False
    browser.post(f"{SETTINGS}reminders/", {"reminders": "on"})
    org.refresh_from_db()
    assert org.reminders is True


def test_requests_are_listed_and_answered(client_of, org, owner, stranger):
    let_in(owner, "request")
    asked = ask(stranger, org, message="We met at the fair.")
    browser = client_of(owner)
    assert "Requests (1)" in text_of(browser.get("/o/marram/invitations/"))
    assert "We met at the fair." in text_of(browser.get("/o/marram/invitations/requests/"))
    path = reverse("invitations:request", args=[org.slug, asked.pk])
    page = browser.get(path)
    assert page.context["form"]["role"].value() == role_of(org, "member").pk  # the role that is usual
    with written() as news:
        response = browser.post(path, {"answer": "refuse", "reason": "See evil.com"})
        assert "leave out links" in text_of(response)
        assert "See evil.com" in response.content.decode()
        assert "Say why" in text_of(browser.post(path, {"answer": "refuse", "reason": ""}))
    assert news.nothing
    browser.post(path, {"answer": "approve", "role": role_of(org, "member").pk})
    assert org.memberships.get(user=stranger).role.key == "member"
    assert "Grace Okafor has approved" in text_of(browser.get(path))
    assert "Ines Duarte" in text_of(browser.get("/o/marram/invitations/requests/?show=answered"))
    browser.post(path, {"answer": "refuse", "reason": "Too late"})
    assert JoinRequest.objects.get().status == "approved"


def test_request_that_cannot_be_approved_now_says_why_and_can_be_refused(client_of, org, owner, stranger):
    let_in(owner, "request")
    asked = ask(stranger, org)
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    path = reverse("invitations:request", args=[org.slug, asked.pk])
    browser = client_of(owner)
    assert "No seat is free" in text_of(browser.get(path))
    assert 'value="approve"' not in browser.get(path).content.decode()
    browser.post(path, {"answer": "refuse", "reason": "We are full."})
    assert JoinRequest.objects.get().reason == "We are full."
    deliver()


def page_of(browser, asked: JoinRequest) -> str:
    return text_of(browser.get(f"/o/marram/invitations/requests/{asked.pk}/"))


def test_request_offers_the_roles_that_whoever_opened_the_way_may_give_too(client_of, org, owner, keeper, stranger):
    assign(owner, design(owner, "Door", *KEEPERS), keeper)
    let_in(keeper, "request", "viewer")
    asked = ask(stranger, org)
    browser = client_of(owner)
    page = browser.get(f"/o/marram/invitations/requests/{asked.pk}/")
    offered = {role.key: decision for role, decision in page.context["form"].roles}
    assert offered["viewer"]
    assert not offered["admin"]
    said = "Kim Keeper switched this way to join on and may not give this role. Choose another one, or switch it on"
    assert said in text_of(page)
    with written() as news:
        answer = browser.post(page.request["PATH_INFO"], {"answer": "approve", "role": role_of(org, "admin").pk})
        assert "Choose one of these roles." in text_of(answer)
    assert news.nothing


def test_request_is_approved_with_another_role_where_that_of_the_way_was_widened(
    client_of, org, owner, admin, stranger
):
    role = design(owner, "Door", "organization.read")
    let_in(admin, "request", role)
    asked = ask(stranger, org)
    Role.objects.filter(pk=role.pk).update(grants=[*role.grants, "ownership.transfer"])
    browser = client_of(owner)
    assert "cannot be let in now" not in page_of(browser, asked)
    path = f"/o/marram/invitations/requests/{asked.pk}/"
    browser.post(path, {"answer": "approve", "role": role_of(org, "viewer").pk})
    assert org.memberships.get(user=stranger).role.key == "viewer"


def test_who_answers_is_told_what_to_do_where_whoever_opened_the_way_lets_nobody_in(
    client_of, org, owner, admin, stranger
):
    let_in(admin, "request")
    asked = ask(stranger, org)
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)
    shown = page_of(client_of(owner), asked)
    assert "Tomás Rivera switched this way to join on and lets nobody in any more. Switch it on in your own" in shown
    assert "Ask Marram Instruments for an invitation" not in shown


def test_request_is_approved_with_a_role_that_takes_no_seat_where_none_is_free(client_of, org, owner, stranger):
    let_in(owner, "request")
    asked = ask(stranger, org)
    Role.objects.filter(scheme="standard", key="viewer").update(takes_seat=False)
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    browser = client_of(owner)
    shown = page_of(browser, asked)
    assert "cannot be let in now" not in shown
    assert "No seat is free" in shown  # beside the other roles
    path = f"/o/marram/invitations/requests/{asked.pk}/"
    browser.post(path, {"answer": "approve", "role": role_of(org, "viewer").pk})
    assert org.memberships.get(user=stranger).role.key == "viewer"


def test_narrowest_role_is_chosen_where_the_usual_one_is_not_the_answerers_to_give(client_of, org, owner, keeper):
    let_in(owner, "request", "admin")
    asked = ask(UserFactory(), org)
    page = client_of(keeper).get(f"/o/marram/invitations/requests/{asked.pk}/")
    assert page.context["form"]["role"].value() == role_of(org, "viewer").pk


def test_those_who_wait_for_a_seat_are_listed(client_of, org, owner):
    let_in(owner, "open")
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    come(of_the_domain(name="Wendy Waits"), org, "open")
    assert "Wendy Waits" in text_of(client_of(owner).get("/o/marram/invitations/requests/?show=waiting"))


@pytest.mark.parametrize("query", ["show=%00", "show=" + "x" * 5_000, "before=~", "before=%ED%A0%80"])
def test_query_that_means_nothing_is_the_first_page(client_of, owner, query):
    assert client_of(owner).get(f"/o/marram/invitations/requests/?{query}").status_code == 200


def test_many_requests_are_paged_through(client_of, org, owner):
    people = [UserFactory() for _ in range(35)]
    JoinRequest.objects.bulk_create([JoinRequest(organization=org, user=one, via="request") for one in people])
    browser = client_of(owner)
    first = browser.get("/o/marram/invitations/requests/")
    second = browser.get("/o/marram/invitations/requests/" + first.context["next_url"])
    assert [len(page.context["rows"]) for page in (first, second)] == [30, 5]


def test_plan_says_what_is_taken_and_asks_for_more_once_a_day(client_of, org, owner, member, staff):
    browser = client_of(owner)
    assert "Nothing is limited" in text_of(browser.get(f"{SETTINGS}plan/"))
    set_plan(actor=acting(staff), organization=org, plan="Team", seats=2, trial_cap=50, trusted=False)
    shown = text_of(browser.get(f"{SETTINGS}plan/"))
    for said in (
        "Plan: Team",
        "0 of 2 free",
        "2 used",
        "0 reserved by invitations",
        "of 50 ever invited",
        "No seat is free.",
    ):
        assert said in shown
    for typed in ("", "0", "-1", "x", "9" * 400, "\x00"):
        with written() as news:
            response = browser.post(f"{SETTINGS}plan/", {"seats": typed, "addresses": ""})
        assert response.status_code == 200, typed
        assert news.nothing
    with written() as news:  # who asks for more reads where it is less, and keeps what they typed
        fewer = browser.post(f"{SETTINGS}plan/", {"seats": "2", "addresses": "60"})
        assert "The plan of Marram Instruments has 2 already. Type a larger number." in text_of(fewer)
        assert 'value="60"' in fewer.content.decode()
        fewer = browser.post(f"{SETTINGS}plan/", {"seats": "", "addresses": "49"})
        assert "The plan of Marram Instruments has 50 already. Type a larger number." in text_of(fewer)
    assert news.nothing
    browser.post(f"{SETTINGS}plan/", {"seats": "80", "addresses": ""})
    (letter,) = deliver()
    assert "Seats: 80 in all" in str(letter.body)
    assert "This was asked within the last day already." in text_of(browser.get(f"{SETTINGS}plan/"))
    set_plan(actor=acting(staff), organization=org, plan="Team", seats=1, trial_cap=None, trusted=False)
    assert "1 seat more is taken than the plan has." in text_of(browser.get(f"{SETTINGS}plan/"))


def test_plan_says_that_no_new_address_may_be_invited(client_of, org, owner):
    said = "No new address can be invited until the plan has more."
    browser = client_of(owner)
    assert said not in text_of(browser.get(f"{SETTINGS}plan/"))
    Organization.objects.filter(pk=org.pk).update(trial_cap=2, addresses_invited=1)
    assert said not in text_of(browser.get(f"{SETTINGS}plan/"))
    Organization.objects.filter(pk=org.pk).update(trial_cap=1)
    assert said in text_of(browser.get(f"{SETTINGS}plan/"))
    Organization.objects.filter(pk=org.pk).update(trial_cap=0)  # lowered below what is used
    assert said in text_of(browser.get(f"{SETTINGS}plan/"))


def test_the_way_back_names_only_pages_that_open(client_of, owner):
    person = join(owner, UserFactory(name="Dana Domains"))
    grants = ("organization.read", "domains.read", "domains.create", "domains.update", "invitations.create")
    assign(owner, design(owner, "Domain keeper", *grants), person)
    for path in (f"{SETTINGS}domains/add/", f"{SETTINGS}domains/restrict/", f"{SETTINGS}links/new/"):
        for who, opens in ((owner, True), (person, False)):
            answer = client_of(who).get(path)
            assert answer.status_code == 200
            crumbs = re.search(r'<nav class="crumbs.*?</nav>', answer.content.decode(), re.DOTALL).group()
            assert (f'href="{SETTINGS}"' in crumbs) is opens
            assert ("Joining" in crumbs) is opens
