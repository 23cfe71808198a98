"""A walk over every address of Roster: none is left out of the tables that say who may open it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from uuid_utils.compat import uuid7

from invitations.models import Invitation
from organizations.models import Membership, Organization
from tests import test_access
from tests.factories import offer
from tests.witness import written

# Every other address: what nobody in particular and what somebody signed in is answered there by GET.
# 302 for nobody is the sign-in page; 405 is a button without a page; 404 a thing that is not there.
#                                        nobody  signed in
OTHERS = {
    "home":                               "302    302",
    "health":                             "200    200",
    "team:organizations":                 "302    200",
    "organizations:create":               "302    200",
    "organizations:account_delete":       "302    200",
    "organizations:account_deleted":      "200    302",
    "invitations:open":                   "404    404",
    "invitations:show":                   "404    404",
    "invitations:accept":                 "404    404",
    "invitations:decline":                "404    404",
    "invitations:switch_account":         "404    404",
    "invitations:add_address":            "404    404",
    "invitations:allow_again":            "302    405",
    "invitations:ask_anew":               "404    404",
    "invitations:refuse_further":         "404    404",
    "invitations:join_open":              "404    404",
    "invitations:join_link":              "404    404",
    "invitations:join_withdraw":          "302    405",
    "mail:list":                          "200    200",
    "mail:show":                          "404    404",
    "mail:letter":                        "404    404",
    "accounts:profile":                   "302    200",
    "accounts:sessions":                  "302    200",
    "accounts:session_end":               "302    405",
    "accounts:two_factor":                "302    200",
    "accounts:activate_app":              "302    302",
    "accounts:add_passkey":               "302    302",
    "accounts:recovery_codes":            "302    404",
    "account_login":                      "200    302",
    "account_logout":                     "302    200",
    "account_inactive":                   "200    200",
    "account_signup":                     "200    302",
    "account_reauthenticate":             "302    200",
    "account_email":                      "302    200",
    "account_email_verification_sent":    "200    200",
    "account_change_password":            "302    200",
    "account_set_password":               "302    302",
    "account_reset_password":             "200    200",
    "account_confirm_login_code":         "302    302",
    "account_confirm_email":              "200    200",
    "account_reset_password_from_key_done": "200  200",
    "account_reset_password_from_key":    "200    200",
    "account_reset_password_done":        "200    200",
    "mfa_index":                          "302    200",
    "mfa_authenticate":                   "302    302",
    "mfa_reauthenticate":                 "302    302",
    "mfa_activate_totp":                  "302    302",
    "mfa_deactivate_totp":                "302    404",
    "mfa_view_recovery_codes":            "302    404",
    "mfa_generate_recovery_codes":        "302    302",
    "mfa_download_recovery_codes":        "302    404",
    "mfa_list_webauthn":                  "302    200",
    "mfa_add_webauthn":                   "302    302",
    "mfa_reauthenticate_webauthn":        "302    302",
    "mfa_remove_webauthn":                "302    302",
    "mfa_edit_webauthn":                  "302    302",
    "mfa_login_webauthn":                 "302    302",
    "usersessions_list":                  "302    200",
}  # fmt: skip

VALUES: dict[str, Any] = {
    "link": uuid7(), "join_request": uuid7(), "refusal": uuid7(),
    "token": "forged", "name": "nothing", "pk": 1, "invitation": uuid7(), "key": "forged", "uidb36": "0",
    "object_id": uuid7(), "content_type_id": "1", "app_label": "organizations", "url": "nowhere/",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    name: str
    kwargs: frozenset[str]

    @property
    def path(self) -> str:
        return reverse(self.name, kwargs={name: VALUES[name] for name in self.kwargs})


def addresses(
    resolver: URLResolver | None = None, namespace: str = "", outer: frozenset[str] = frozenset()
) -> Iterator[Address]:
    for one in (resolver or get_resolver()).url_patterns:
        kwargs = outer | set(one.pattern.regex.groupindex) | set(getattr(one.pattern, "converters", {}))
        if isinstance(one, URLResolver):
            yield from addresses(one, f"{namespace}{one.namespace}:" if one.namespace else namespace, kwargs)
        elif isinstance(one, URLPattern) and one.name:
            yield Address(f"{namespace}{one.name}", kwargs)


EVERYWHERE = sorted(addresses(), key=lambda one: one.name)
OF_AN_ORGANIZATION = [one for one in EVERYWHERE if "slug" in one.kwargs]
OF_STAFF = [one for one in EVERYWHERE if one.name.startswith("admin:")]
REST = [one for one in EVERYWHERE if one not in OF_AN_ORGANIZATION and one not in OF_STAFF]


def test_every_page_of_an_organization_stands_in_the_table_of_access():
    names = {one.name for one in OF_AN_ORGANIZATION}
    assert names == set(test_access.GET) == set(test_access.POST)


def test_every_other_page_stands_in_the_table_above():
    assert {one.name for one in REST} == set(OTHERS)


@pytest.mark.parametrize("address", REST, ids=lambda one: one.name)
def test_who_may_open_it(client_of, owner, address):
    found = []
    for person in (None, owner):
        response = client_of(person).get(address.path)
        found.append(str(response.status_code))
    assert found == OTHERS[address.name].split()


@pytest.mark.parametrize("address", OF_STAFF, ids=lambda one: one.name)
def test_staff_pages_are_staffs_alone(client_of, owner, address):
    for person in (None, owner):
        for method in ("get", "post"):
            response = getattr(client_of(person), method)(address.path)
            assert response.status_code in (302, 403, 404), (person, method)
            if response.status_code == 302 and address.name != "admin:logout":
                assert "/login/" in response.headers["Location"]


WRITES = [one for one in OF_STAFF if re.search(r"_.*_(add|change|delete)$", one.name)]


@pytest.mark.parametrize("address", WRITES, ids=lambda one: one.name)
def test_staff_write_no_row_with_the_forms_of_the_admin(client_of, staff, owner, address):
    """Adding, changing and deleting are actions with views of their own."""
    invitation = offer(owner, "uma@example.org")
    things = {
        "organization": owner.organization_id,
        "membership": owner.pk,
        "invitation": invitation.pk,
        "user": staff.pk,
    }
    thing = next((pk for label, pk in things.items() if address.name.rpartition("_")[0].endswith(label)), uuid7())
    path = reverse(address.name, kwargs={"object_id": thing} if address.kwargs else {})
    before = [list(model.objects.order_by("pk").values()) for model in (Organization, Membership, Invitation)]
    with written() as news:
        response = client_of(staff).post(path, {"name": "Changed", "post": "yes", "_save": "Save"})
    assert response.status_code in (302, 403, 404)
    if response.status_code == 302:  # to the start page: there is no such thing
        assert response.headers["Location"] == "/admin/"
    assert [list(model.objects.order_by("pk").values()) for model in (Organization, Membership, Invitation)] == before
    assert not news.events
