"""On the page of a list nothing that was typed is lost, and nothing is sent that nobody has seen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from invitations.models import Invitation, InviteList
from organizations.actions.groups import delete_group
from organizations.models import Group
from tests.factories import acting, role_of
from tests.invitations.test_lists import a_list, buckets
from tests.organizations.test_groups import group_of

TEXT = (
    "email,role\nana@example.org,\nbo@@example.org,\ncy@example.org,chef\ndee@example.org,admni\nea@example.org,admni\n"
)


def page_of(made: InviteList) -> str:
    return f"/o/marram/invitations/lists/{made.pk}/"


def as_shown(browser: Client, made: InviteList, query: str = "") -> dict[str, Any]:
    """What a browser sends of the page as it stands, but for the button."""
    html = browser.get(page_of(made) + query).content.decode()
    (form,) = re.findall(r"<form class=\"split\".*?</form>", html, re.DOTALL)
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r' name="([^"]*)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if not name or ("checkbox" in tag and "checked" not in tag):
            continue
        fields.setdefault(name[1], []).append(value[1] if value else "")
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        fields[name] = re.findall(r'value="([^"]*)" selected', options)
    return fields


@pytest.mark.parametrize("button", ["leave_out", "take_back", "mend_all", "offer", "check", "send"])
def test_whichever_button_is_pressed_what_was_typed_in_rows_is_kept(org, owner, client_of, button):
    made = a_list(owner, TEXT)
    browser = client_of(owner)
    ana, bo, cy, *_ = made.rows.order_by("line")
    fields = as_shown(browser, made)
    fields |= {f"address-{bo.pk}": "bo@example.org", f"role-{cy.pk}": "viewer", "instead-0": "Admin"}
    pressed = {"leave_out": ana.pk, "take_back": ana.pk, "mend_all": "0:role:admni"}.get(button, "1")
    browser.post(page_of(made), fields | {button: pressed})
    assert buckets(made) == {
        "ana@example.org": "left_out" if button == "leave_out" else "ready",
        **dict.fromkeys(("bo@example.org", "cy@example.org", "dee@example.org", "ea@example.org"), "ready"),
    }
    assert dict(made.rows.values_list("address", "role")) == {
        "ana@example.org": "", "bo@example.org": "", "cy@example.org": "viewer", "dee@example.org": "Admin",
        "ea@example.org": "Admin",
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["role", "days", "groups", "access_ends_at", "row"])
def test_what_was_typed_and_not_yet_looked_at_is_kept_and_nothing_is_sent(org, owner, client_of, typed):
    group = group_of(owner, "Sales")
    made = a_list(owner, "ana@example.org bo@@example.org")
    browser, page = client_of(owner), page_of(made)
    fields = as_shown(browser, made)
    row = made.rows.get(bucket="malformed")
    changes: dict[str, dict[str, Any]] = {
        "role": {"role": role_of(org, "admin").pk},
        "days": {"days": "12"},
        "groups": {"groups": [group.pk.hex]},
        "access_ends_at": {"access_ends_at": "2099-03-31"},
        "row": {f"address-{row.pk}": "bo@example.org"},
    }
    fields |= changes[typed]
    html = browser.post(page, fields | {"send": "1"}, follow=True).content.decode()
    assert "What you typed is kept, and nothing was sent yet." in html
    assert not Event.objects.filter(action="invitation.sent").exists()
    browser.post(page, as_shown(browser, made) | {"send": "1"})
    one = Invitation.objects.get(email="ana@example.org")
    said = (one.role.key, one.days, one.group_ids, one.access_ends_at and one.access_ends_at.year)
    usual: tuple[Any, ...] = ("member", 7, [], None)
    assert (
        said
        == {
            "role": ("admin", *usual[1:]),
            "days": ("member", 12, [], None),
            "groups": ("member", 7, [group.pk.hex], None),
            "access_ends_at": (*usual[:3], 2099),
            "row": usual,
        }[typed]
    )
    assert Invitation.objects.filter(email="bo@example.org").exists() is (typed == "row")


def test_a_page_on_which_nothing_was_typed_is_sent_at_once(org, owner, client_of):
    group = group_of(owner, "Sales")
    gone = group_of(owner, "Gone")
    made = a_list(owner, TEXT, groups=[group, gone])
    delete_group(actor=acting(owner), group=Group.objects.get(pk=gone.pk))
    browser = client_of(owner)
    fields = as_shown(browser, made)
    assert fields["groups"] == [group.pk.hex]
    browser.post(page_of(made), fields | {"send": "1"})
    assert Invitation.objects.filter(email="ana@example.org", group_ids=[group.pk.hex]).exists()
    html = browser.post(page_of(made), fields | {"send": "1"}, follow=True).content.decode()  # pressed twice
    assert "is invited to Marram Instruments" in html
    assert "was sent already" not in html


def test_an_offer_that_cannot_be_kept_is_not_sent_and_loses_nothing(org, owner, client_of):
    made = a_list(owner, "ana@example.org bo@@example.org")
    browser, row = client_of(owner), made.rows.get(bucket="malformed")
    fields = as_shown(browser, made) | {"days": "99", f"address-{row.pk}": "bo@example.org"}
    html = browser.post(page_of(made), fields | {"send": "1"}).content.decode()
    assert "An invitation is open for 1 to 30 days." in html
    assert 'value="99"' in html
    assert buckets(made) == {"ana@example.org": "ready", "bo@example.org": "ready"}
    assert not Event.objects.filter(action="invitation.sent").exists()


def test_mending_a_long_group_stays_where_it_was_and_leads_back(org, owner, client_of):
    made = a_list(owner, "\n".join(f"person{one}@@example.org" for one in range(203)))
    browser, page = client_of(owner), page_of(made)
    rest = f"{page}?bucket=malformed&after={made.rows.order_by('line')[199].line}"
    assert 'href="' + page + '">Show everyone</a>' in browser.get(rest).content.decode()
    last = list(made.rows.order_by("line")[200:])
    answer = browser.post(rest, {"check": "1", f"address-{last[0].pk}": "ana@example.org"})
    assert answer.headers["Location"] == rest
    (shown,) = browser.get(rest).context["buckets"]
    assert [one.row.pk for one in shown.rows] == [row.pk for row in last[1:]]
    browser.post(rest, {"check": "1", **{f"address-{row.pk}": f"{row.pk}@example.org" for row in last[1:]}})
    (shown,) = browser.get(rest).context["buckets"]  # nobody is left there: the group from its beginning
    assert len(shown.rows) == 200
    made.rows.filter(bucket="malformed").update(bucket="left_out")
    assert {one.bucket for one in browser.get(rest).context["buckets"]} == {"ready", "left_out"}
