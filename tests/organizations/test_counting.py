"""The kept counters: true after every action, and mended where they are not."""

from __future__ import annotations

from audit.actors import SYSTEM
from organizations.actions.assigning import change_role
from organizations.actions.counting import recount
from organizations.actions.members import deactivate, leave, reactivate, remove
from organizations.models import Counted, Headcount, Organization
from tests.factories import acting, join, offer, role_of


def heads(org: Organization, key: str | None) -> Counted:
    row = org.headcounts.filter(role=role_of(org, key) if key else None).first()
    return Counted(row.active, row.deactivated, row.invited) if row else Counted()


def true(org: Organization) -> bool:
    return recount(actor=SYSTEM, organization=Organization.objects.get(pk=org.pk)) == []


def test_everyone_who_comes_and_goes_is_counted(org, owner, admin, member, stranger):
    assert heads(org, "member") == (1, 0, 0)
    offered = offer(owner, "someone@example.org")
    assert heads(org, "member") == (1, 0, 1)
    leave(actor=acting(admin), membership=admin)
    assert heads(org, "admin") == (0, 0, 0)
    deactivate(actor=acting(owner), organization=org, memberships=[member])
    assert heads(org, "member") == (0, 1, 1)
    reactivate(actor=acting(owner), organization=org, memberships=[member])
    change_role(actor=acting(owner), organization=org, memberships=[member], role=None)
    assert heads(org, "member") == (0, 0, 1)
    assert heads(org, None) == (1, 0, 0)
    join(owner, stranger, "viewer")
    remove(actor=acting(owner), organization=org, memberships=[member])
    assert heads(org, None) == (0, 0, 0)
    assert heads(org, "viewer") == (1, 0, 0)
    assert offered.status == "pending"
    assert true(org)


def test_wrong_counter_is_said_and_mended(org, owner, member):
    Organization.objects.filter(pk=org.pk).update(active_members=7)
    Headcount.objects.filter(organization=org, role=role_of(org, "member")).update(active=5)
    said = recount(actor=SYSTEM, organization=org)
    assert any("active_members was 7 and is 2" in line for line in said)
    assert len(said) == 2
    assert heads(org, "member") == (1, 0, 0)
    assert true(org)
