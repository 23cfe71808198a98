"""The file of the members: whom it lists, for whom, and that no spreadsheet runs what stands in it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from organizations.actions.group_places import add_to_group
from organizations.actions.groups import create_group
from organizations.cells import safe
from organizations.models import Group, Membership
from tests.factories import acting, crowd, deactivate, end_at, give_role, offer, pending, role_of
from tests.organizations.designing import design, hold
from tests.witness import written

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon(db: None) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def body(client: Client, query: str = "") -> bytes:
    answer = client.get(f"/o/marram/members/export.csv{query}")
    assert answer.status_code == 200
    assert isinstance(answer, StreamingHttpResponse)
    return b"".join(answer)


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(body(client, query).decode("utf-8-sig"), newline="")))


def emails(client: Client, query: str = "") -> list[str]:
    return [row["Email"] for row in rows(client, query)]


def renamed(person: Membership, name: str) -> None:
    Membership.objects.filter(pk=person.pk).update(name=name)


def test_everyone_stands_there_with_all_that_is_known(client_of, org, owner, admin, member, deactivated):
    for name in ("Night shift", "early shift"):
        group = create_group(actor=acting(owner), organization=org, name=name, description="")
        add_to_group(actor=acting(owner), group=group, memberships=[member])
    Membership.objects.filter(pk=member.pk).update(
        two_factor=True, last_active_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=30)
    )
    offer(owner, "uma@example.org", "viewer")
    found = rows(client_of(owner))
    assert [(row["Email"], row["Status"]) for row in found] == [
        ("uma@example.org", "Invited"),
        ("dario@marram.example.org", "Deactivated"),
        ("grace@marram.example.org", "Active"),
        ("mina@marram.example.org", "Active"),
        ("tomas@marram.example.org", "Active"),
    ]
    assert found[0] == dict.fromkeys(found[0], "") | {"Email": "uma@example.org", "Role": "Viewer", "Status": "Invited"}
    assert found[3] == {
        "Email": "mina@marram.example.org",
        "Name": "Mina Haddad",
        "Role": "Member",
        "Status": "Active",
        "Groups": "early shift; Night shift",
        "Two-factor": "On",
        "Joined": "2026-11-23 12:00",
        "Last active": "2026-11-22 12:00",
        "Access ends": "2026-12-23 12:00",
    }
    assert found[1]["Last active"] == ""


def test_file_is_the_same_whatever_the_database(client_of, owner, member):
    renamed(member, 'Mina "the, one" Haddad')
    assert body(client_of(owner)) == (
        b"\xef\xbb\xbfEmail,Name,Role,Status,Groups,Two-factor,Joined,Last active,Access ends\r\n"
        b"grace@marram.example.org,Grace Okafor,Owner,Active,,Off,2026-11-23 12:00,2026-11-23 12:00,\r\n"
        b'mina@marram.example.org,"Mina ""the, one"" Haddad",Member,Active,,Off,2026-11-23 12:00,,\r\n'
    )


def test_times_are_those_of_its_reader(client_of, owner):
    owner.user.time_zone = "Asia/Kathmandu"
    owner.user.save()
    assert rows(client_of(owner))[0]["Joined"] == "2026-11-23 17:45"


def test_access_that_is_over_is_said_so(client_of, owner, member):
    end_at(member, NOON - timedelta(minutes=1))
    Membership.objects.filter(pk=member.pk).update(status="active")
    client = client_of(owner)
    assert rows(client)[1]["Status"] in ("Access ended", "Deactivated")


DANGEROUS = [
    '=HYPERLINK("http://evil.example.org";"x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '"=1', " =1",
    "\u00a0=1", "\u3000@x", "＝1", "＋1", "－1", "＠x", "a;=1", "a; +1", "a\n=1", "a\r-1", "a\t@x", '=1+1"\r\n=2',
]  # fmt: skip


@pytest.mark.parametrize("name", DANGEROUS, ids=ascii)
def test_no_cell_is_a_formula(client_of, owner, member, name):
    renamed(member, name)
    (cell,) = [row["Name"] for row in rows(client_of(owner)) if row["Email"].startswith("mina")]
    assert cell == safe(name)
    for part in cell.replace("\r", ";").replace("\n", ";").replace("\t", ";").split(";"):
        assert not part.lstrip(" \u00a0\u3000").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("name", ["Anne-Marie", "a=b", "O'Neil", "x@y", "1+1", "Smith, Jones", "a;b", "🦊", "-"])
def test_plain_text_stays_what_it_is(client_of, owner, member, name):
    renamed(member, name)
    (cell,) = [row["Name"] for row in rows(client_of(owner)) if row["Email"].startswith("mina")]
    assert cell == ("'-" if name == "-" else name)


def test_names_of_roles_groups_and_addresses_are_as_harmless(client_of, org, owner, member):
    desk = design(owner, "Desk", "members.read")
    type(desk).objects.filter(pk=desk.pk).update(label="=role")
    hold(desk, member)
    for name in ("Day", "Night"):
        group = create_group(actor=acting(owner), organization=org, name=name, description="")
        add_to_group(actor=acting(owner), group=group, memberships=[member])
    Group.objects.filter(name="Night").update(name="+night")
    Membership.objects.filter(pk=member.pk).update(email="=m@example.org")
    pending(org, 1, ends=NOON + timedelta(days=1), start="-asked")
    found = rows(client_of(owner))
    assert found[0]["Email"].startswith("'-asked")
    mina = next(row for row in found if "m@example" in row["Email"])
    assert (mina["Email"], mina["Role"], mina["Groups"]) == ("'=m@example.org", "'=role", "'+night; Day")


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("?status=active", ["grace", "mina", "tomas", "vera"]),
        ("?status=deactivated", ["dario"]),
        ("?status=pending", ["uma"]),
        ("?q=MIN", ["mina"]),
        ("?q=uma", ["uma"]),
        ("?two_factor=on", ["vera"]),
        ("?source=founded", ["grace"]),
        ("?ends=yes", ["tomas"]),
        ("?active=never", ["dario", "mina", "tomas", "vera"]),
        ("?role=none", ["mina"]),
        ("?q=nobody", []),
        ("?status=nonsense&group=x&role=%00&order=ends&page=9", ["uma", "dario", "grace", "mina", "tomas", "vera"]),
    ],
)
def test_filters_are_those_of_the_table(client_of, owner, admin, member, viewer, deactivated, query, who):
    offer(owner, "uma@example.org")
    Membership.objects.filter(pk=viewer.pk).update(two_factor=True)
    end_at(admin, NOON + timedelta(days=3))
    give_role(member, None)
    assert [one.partition("@")[0] for one in emails(client_of(owner), query)] == who


def test_group_and_role_are_filtered_by_their_ids(client_of, org, owner, admin, member):
    group = create_group(actor=acting(owner), organization=org, name="Night shift", description="")
    add_to_group(actor=acting(owner), group=group, memberships=[member])
    client = client_of(owner)
    assert emails(client, f"?group={group.pk.hex}") == ["mina@marram.example.org"]
    assert emails(client, f"?role={role_of(org, 'admin').pk.hex}") == ["tomas@marram.example.org"]


def test_invitations_and_groups_are_only_for_whoever_may_see_them(client_of, org, owner, member, viewer):
    offer(owner, "uma@example.org")
    for name, person in (("Night shift", member), ("Day shift", viewer)):
        group = create_group(actor=acting(owner), organization=org, name=name, description="")
        add_to_group(actor=acting(owner), group=group, memberships=[person])
    hold(design(owner, "Bare", "organization.read", "members.read"), viewer)
    found = rows(client_of(viewer))
    assert "uma@example.org" not in [row["Email"] for row in found]
    assert {row["Groups"] for row in found} == {""}
    assert {row["Groups"] for row in rows(client_of(owner))} == {"", "Night shift", "Day shift"}


def test_one_event_says_what_went_out_before_it_does(client_of, org, owner):
    with written() as news:
        answer = client_of(owner).get("/o/marram/members/export.csv?status=active&q=gr")
    assert news.actions == ["members.exported"]
    assert news.events[0].actor_label == "Grace Okafor"
    assert news.events[0].after == {"filter": "“gr”, Active"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="marram-members-2026-11-23.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    body(client_of(owner))
    assert Event.objects.filter(action="members.exported").order_by("-number")[0].after == {"filter": "everyone"}


def test_nothing_of_another_organization_stands_there(client_of, owner, outsider):
    assert emails(client_of(owner)) == ["grace@marram.example.org"]
    assert client_of(owner).get("/o/lee/members/export.csv").status_code == 404


def test_many_are_listed_once_in_order_with_few_queries(client_of, org, owner):
    crowd(org, 2500)
    client = client_of(owner)
    with CaptureQueriesContext(connection) as queries:
        found = emails(client)
    assert len(found) == 5001
    assert len(set(found)) == 5001
    names = [row["Name"] for row in rows(client)][2500:]
    assert names == sorted(names)
    assert len(queries) < 25


def test_deactivated_people_get_no_file(client_of, member):
    deactivate(member)
    answer: Any = client_of(member).get("/o/marram/members/export.csv")
    assert answer.status_code == 403
