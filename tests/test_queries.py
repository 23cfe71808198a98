"""How often a page asks the database: at most twelve times, and as often with 120 people as with three."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.join_links import token_of
from invitations.links import token_of as invitation_token
from organizations.actions.domains import add_domain
from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group
from organizations.actions.ownership import transfer_ownership
from organizations.models import Domain, Group, GroupPlace, Membership, Organization, Role
from tests.factories import UserFactory, acting, crowd, deactivate, found, join, offer
from tests.invitations.letting_in import ask, let_in, link

MOST = 12
PAGES = [
    "/organizations/",
    "/organizations/new/",
    "/o/marram/",
    "/o/marram/members/",
    "/o/marram/members/?q=crowd",
    "/o/marram/access/",
    "/o/marram/access/?person=grace@marram.example.org&permission=members.read",
    "/o/marram/access/?person=nobody@nowhere.example.org&permission=members.read",
    "/o/marram/access/who/?permission=organization.read",
    "/o/marram/audit/",
    "/o/marram/audit/?person=grace@marram.example.org&action=member.joined&since=2020-01-01&until=2099-01-01&q=crowd",
    "/o/marram/audit/?type=USER_ACTION&entity=member&source=203.0.113.9&batch=01a2194f20bd722cba7b9518d95beffd",
    "/o/marram/audit/by/action/",
    "/o/marram/audit/refused/",
    "/o/marram/invitations/",
    "/o/marram/invitations/?status=revoked",
    "/o/marram/invitations/?status=failed&q=person1",
    "/o/marram/invitations/new/",
    "/o/marram/members/filters/?query=status%3Dactive",
    "/o/marram/switch/",
    "/o/marram/leave/",
    "/o/marram/roles/",
    "/o/marram/roles/new/",
    "/o/marram/roles/compare/?show=all",
    "/o/marram/groups/",
    "/o/marram/groups/new/",
    "/o/marram/settings/",
    "/o/marram/settings/two-factor/",
    "/o/marram/settings/ownership/",
    "/o/marram/settings/joining/",
    "/o/marram/settings/joining/domain/",
    "/o/marram/settings/joining/request/",
    "/o/marram/settings/joining/open/off/",
    "/o/marram/settings/links/new/",
    "/o/marram/settings/domains/add/",
    "/o/marram/settings/domains/restrict/",
    "/o/marram/settings/plan/",
    "/o/marram/invitations/requests/",
    "/accounts/profile/",
    "/accounts/delete/",
    "/accounts/sessions/",
    "/accounts/email/",
    "/accounts/2fa/",
]


def asked(queries: CaptureQueriesContext) -> list[str]:
    """Each query in two words, what it does to which table; what begins and ends a transaction is none."""
    shapes = {
        "SELECT": r' FROM "?(\w+)"?', "INSERT": r'INTO "(\w+)"', "UPDATE": r'UPDATE "?(\w+)"?',
        "DELETE": r'FROM "(\w+)"', "DECLARE": r'FROM "(\w+)"',
    }  # fmt: skip
    said = []
    for one in queries:
        sql = one["sql"]
        verb = sql.lstrip("(").split()[0]
        if verb in shapes and (table := re.search(shapes[verb], sql)):
            said.append(f"{verb} {table.group(1)}")
        else:
            assert verb in {"SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"}, sql
    return said


@pytest.mark.parametrize("path", PAGES)
def test_page_asks_seldom_and_as_often_at_any_size(client_of, org, owner, admin, path):
    browser = client_of(owner)
    browser.get(path)  # what the first visit remembers is asked once
    counts = []
    for size in (3, 117):
        crowd(org, size)
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(path)
        assert response.status_code == 200
        counts.append(asked(queries))
    # A full page of the log may have less to ask: the change to several of the smaller one stands further back.
    assert counts[0] == counts[1] or ("/audit/" in path and not Counter(counts[1]) - Counter(counts[0]))
    assert len(counts[0]) <= MOST, counts[0]


@pytest.mark.parametrize("path", PAGES)
def test_page_sends_at_most_60_kilobytes(client_of, org, owner, path):
    crowd(org, 120)
    assert len(client_of(owner).get(path).content) <= 60 * 1024


OF_A_GROUP = ["", "?q=crowd", "?curators", "edit/", "delete/", "add/?q=crowd", "PERSON/remove/", "PERSON/curator/"]

OF_A_PERSON = [
    "", "role/", "menu/", "history/", "edit/", "groups/", "end/", "deactivate/", "reactivate/", "remove/",
    "password-reset/", "sign-in/",
]  # fmt: skip


@pytest.mark.parametrize(
    "path", [*(f"groups/GROUP/{one}" for one in OF_A_GROUP), *(f"members/PERSON/{one}" for one in OF_A_PERSON)]
)
def test_page_of_a_group_or_of_a_role_asks_seldom_at_any_size_and_stays_light(client_of, org, owner, admin, path):
    group = create_group(actor=acting(owner), organization=org, name="Field sales", description="d" * 300)
    browser = client_of(owner)
    path = f"/o/marram/{path}".replace("GROUP", str(group.pk)).replace("PERSON", str(admin.pk))
    browser.get(path)  # what the first visit remembers is asked once
    counts = []
    for size in (3, 117):
        crowd(org, size)
        add_to_group(actor=acting(owner), group=group, memberships=list(org.memberships.all()))
        make_curators(actor=acting(owner), group=group, memberships=list(org.memberships.all()[: size // 2]))
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(path)
        assert response.status_code == 200
        counts.append(asked(queries))
    assert counts[0] == counts[1]
    assert len(counts[0]) <= MOST, counts[0]
    assert len(response.content) <= 60 * 1024


def test_list_of_groups_asks_as_often_for_many_and_stays_light(client_of, org, owner, admin):
    browser = client_of(owner)
    browser.get("/o/marram/groups/")
    counts = []
    for size in (1, 100):
        names = [f"{'Long name of a group that goes on and on':50} {size} {number:03}" for number in range(size)]
        groups = Group.objects.bulk_create(
            [Group(organization=org, name=name, description="d" * 300) for name in names]
        )
        GroupPlace.objects.bulk_create([GroupPlace(group=group, membership=admin, curates=True) for group in groups])
        with CaptureQueriesContext(connection) as queries:
            response = browser.get("/o/marram/groups/")
        counts.append(asked(queries))
    assert counts[0] == counts[1]
    assert len(counts[0]) <= MOST, counts[0]
    assert len(response.content) <= 60 * 1024


def test_offer_of_ownership_asks_seldom(client_of, stranger, owner):
    head = found(stranger, "Alliance", "alliance", "partner-management")
    heir = join(head, owner.user)
    transfer = transfer_ownership(actor=acting(head), membership=heir)
    offer_page = f"/o/alliance/settings/ownership/{transfer.pk}"
    for person, paths in (
        (heir, ["/o/alliance/", "/organizations/", "/o/alliance/settings/ownership/", f"{offer_page}/refuse/"]),
        (head, ["/o/alliance/", "/o/alliance/settings/ownership/", f"{offer_page}/withdraw/"]),
    ):
        browser = client_of(person)
        for path in paths:
            browser.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(path).status_code == 200
            assert len(asked(queries)) <= MOST, (path, asked(queries))


def test_pages_of_joining_ask_seldom_and_stay_light_with_as_many_rows_as_there_can_be(client_of, org, owner, stranger):
    crowd(org, 30)
    for kind in ("domain", "request", "open"):
        let_in(owner, kind)
    links = [link(owner) for _ in range(30)]
    named = f"a-very-long-name-of-a-department.{'marram.' * 8}example"
    domains = [add_domain(actor=acting(owner), organization=org, name=f"{number}.{named}") for number in range(49)]
    Domain.objects.filter(proven_at=None).update(answer="other_value", asked_at=timezone.now())
    request = ask(UserFactory(), org, message="m" * 500, kind="request")
    browser, comer = client_of(owner), client_of(stranger)
    comer.get(f"/j/{token_of(links[0])}/")
    for who, path in (
        (browser, "/o/marram/settings/joining/"),
        (browser, f"/o/marram/settings/domains/{domains[0].pk}/"),
        (browser, f"/o/marram/settings/domains/{domains[0].pk}/remove/"),
        (browser, f"/o/marram/settings/links/{links[0].pk}/"),
        (browser, f"/o/marram/settings/links/{links[0].pk}/revoke/"),
        (browser, f"/o/marram/invitations/requests/{request.pk}/"),
        (comer, "/o/marram/join/"),
        (comer, f"/join/{links[0].pk}/"),
        (comer, "/organizations/"),
    ):
        who.get(path)
        with CaptureQueriesContext(connection) as queries:
            response = who.get(path)
        assert response.status_code == 200, path
        assert len(asked(queries)) <= MOST, (path, asked(queries))
        assert len(response.content) <= 60 * 1024, (path, len(response.content))


def test_list_of_ones_organizations_asks_as_often_for_many(client_of, owner, stranger):
    browser = client_of(owner)
    counts = []
    for number in range(3, 40, 18):
        for extra in range(number):
            other = found(stranger, f"Team {number} {extra}", f"team-{number}-{extra}")
            offer(other, owner.user.email)
        for path in ("/organizations/", "/o/marram/switch/"):
            browser.get(path)
            with CaptureQueriesContext(connection) as queries:
                browser.get(path)
            counts.append((path, len(queries)))
    assert len(set(counts)) == 2
    assert max(count for _, count in counts) <= MOST


def test_page_of_an_invitation_asks_seldom(client_of, org, owner, outsider, stranger):
    crowd(org, 30)
    Membership.objects.filter(pk=owner.pk).update(two_factor=True)
    Organization.objects.filter(pk=org.pk).update(two_factor_required=True)
    invitation = offer(owner, stranger.email)
    for person in (None, stranger, outsider):
        browser = client_of(person)
        browser.get(f"/i/{invitation_token(invitation)}/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/invitation/{invitation.pk}/").status_code == 200
        assert len(asked(queries)) <= MOST, asked(queries)


def test_page_that_refuses_asks_seldom(client_of, org, owner, member):
    crowd(org, 30)
    browser = client_of(member)
    browser.get("/o/marram/")
    for end in (lambda: None, lambda: deactivate(member)):
        end()
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/o/marram/audit/").status_code == 403
        assert len(queries) <= MOST, asked(queries)


def test_home_leads_on_with_few_questions(client_of, owner):
    browser = client_of(owner)
    browser.get("/o/marram/")
    with CaptureQueriesContext(connection) as queries:
        assert browser.get("/").headers["Location"] == "/o/marram/"
    assert len(queries) <= 4, asked(queries)


def test_one_invitation_asks_fifteen_times(client_of, org, owner):
    crowd(org, 30)
    browser = client_of(owner)
    browser.get("/o/marram/invitations/new/")
    role = Role.objects.get(scheme="standard", key="member")
    fields = {"addresses": "ines@example.org", "role": role.pk, "days": "7"}
    with CaptureQueriesContext(connection) as queries:
        assert browser.post("/o/marram/invitations/new/", fields).status_code == 302
    assert asked(queries) == [
        # who is it, and what may they do here
        "SELECT django_session",
        "SELECT accounts_user",
        "SELECT organizations_membership",
        # the form: the roles on offer
        "SELECT organizations_role",
        # the locks
        "SELECT organizations_organization",
        "SELECT audit_chain",
        # the actor, the role and who is here already, as they are now
        "SELECT organizations_membership",
        "SELECT organizations_role",
        "SELECT organizations_membership",
        # the change, its mail and its event
        "INSERT invitations_invitation",
        "UPDATE organizations_organization",
        "UPDATE organizations_headcount",
        "INSERT mail_mail",
        "INSERT audit_event",
        "UPDATE audit_chain",
    ]
