"""The cells about team, settings, keys, ownership and managed accounts, asked over HTTP as each role."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from organizations.models import Membership
from organizations.permissions import OWN_RESOURCES
from tests.factories import UserFactory, found, give_role, join
from tests.organizations.test_scheme_cells import ROLES, TABLES

# Roster's own permissions that open a page, by permission.
PAGES = {
    "organization.read": "team:overview",
    "organization.update": "organizations:settings",
    "members.read": "team:members",
    "invitations.read": "invitations:list",
    "invitations.create": "invitations:create",
    "roles.read": "organizations:roles",
    "roles.create": "organizations:role_create",
    "roles.assign": "organizations:change_role",
    "groups.read": "organizations:groups",
    "groups.create": "organizations:group_create",
    "audit_log.read": "team:audit",
}
WITHOUT_BROWSER = {"limited", "slack_user", "ext_perm_user"}
OWN = [permission for resource in OWN_RESOURCES for permission in resource.permissions()]

pytestmark = pytest.mark.django_db


def somebody(key: str, role: str) -> tuple[Membership, Membership]:
    """Somebody who holds the role in an organization of that scheme, and somebody else there."""
    owner = found(UserFactory(name="Olga Haas"), "Haas Trading", "haas", key)
    rules = owner.organization.rules
    first = next(one.key for one in rules.roles if not one.reserved and not one.system_managed)
    other = join(owner, UserFactory(name="Otto Weil"), first)
    if role == rules.owner_key:
        return owner, other
    holder = join(owner, UserFactory(name="Rita Blum"), first)
    give_role(holder, role)
    return Membership.objects.get(pk=holder.pk), other


@pytest.mark.parametrize(("key", "role"), ROLES)
def test_cells_about_roster_itself_gate_its_pages(client_of, key, role):
    holder, other = somebody(key, role)
    browser: Client = client_of(holder)
    roles, rows = TABLES[key]
    for permission, page in PAGES.items():
        mark = rows[permission][roles.index(role)]
        args = [holder.organization.slug, *([other.pk] if page == "organizations:change_role" else [])]
        answer = browser.get(reverse(page, args=args))
        expected = 403 if role in WITHOUT_BROWSER or mark == "-" else 200
        assert answer.status_code == expected, (permission, page)
        if answer.status_code == 403 and role not in WITHOUT_BROWSER:
            assert permission in answer.content.decode(), "the page names what is missing"


@pytest.mark.parametrize(("key", "role"), ROLES)
def test_every_cell_about_roster_itself_is_answered_over_http_as_that_role(client_of, key, role):
    holder, _ = somebody(key, role)
    browser: Client = client_of(holder)
    roles, rows = TABLES[key]
    nothing_opens = role in WITHOUT_BROWSER or rows["organization.read"][roles.index(role)] == "-"
    for permission in OWN:
        mark = rows[permission][roles.index(role)]
        page = reverse("team:access", args=[holder.organization.slug])
        answer = browser.get(page, {"permission": permission, "membership": str(holder.pk)})
        if nothing_opens:
            assert answer.status_code == 403, permission
        else:
            assert answer.context["explanation"].allowed is (mark == "y"), permission


@pytest.mark.parametrize(("key", "role"), ROLES)
def test_only_who_owns_comes_to_the_page_that_hands_an_organization_on(client_of, key, role):
    holder, other = somebody(key, role)
    page = reverse("organizations:ownership_transfer", args=[holder.organization.slug, other.pk])
    roles, rows = TABLES[key]
    answer = client_of(holder).get(page)
    if rows["ownership.transfer"][roles.index(role)] == "y" and role not in WITHOUT_BROWSER:
        assert answer.status_code in (200, 302), "302 asks for a recent sign-in"
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("role", [role for key, role in ROLES if key == "managed-accounts"])
def test_everybody_keeps_their_own_details(client_of, role):
    """The document lets all six update their details; in Roster a profile belongs to its person, not to a role."""
    holder, _ = somebody("managed-accounts", role)
    browser = client_of(holder)
    page = reverse("accounts:profile")
    assert browser.get(page).status_code == 200
    browser.post(page, {"name": "Rita B. Blum", "time_zone": "UTC", "phone": "", "job_title": "Buyer"})
    holder.refresh_from_db()
    assert holder.name == "Rita B. Blum"
