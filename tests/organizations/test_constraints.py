"""What the database itself refuses, whoever writes past the actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from organizations.models import Membership, MembershipSource, Organization, Role
from tests.factories import UserFactory, found, give_role, join, role_of
from tests.organizations.changing import row
from tests.organizations.designing import design


@contextmanager
def refused_by(name: str, *, sqlite: str = "") -> Iterator[None]:
    """The database refuses what is written here, because of that constraint; SQLite names columns of some."""
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        yield
    assert (sqlite if sqlite and connection.vendor == "sqlite" else name) in str(broken.value)


@pytest.fixture
def head(db: None) -> Membership:
    """The one owner of a winery."""
    return found(UserFactory(name="Hedda Head"), "Hill Winery", "hill", "winery")


def write(membership: Membership, **values: object) -> None:
    Membership.objects.filter(pk=membership.pk).update(**values)


def test_owner_has_no_end(owner):
    with refused_by("organizations_owner_has_no_end"):
        write(owner, ends_at=timezone.now() + timedelta(days=1))
    assert row(owner)["ends_at"] is None


def test_owner_has_a_role(owner):
    with refused_by("organizations_owner_has_no_end"):
        write(owner, role=None)


def test_role_that_owns_is_not_deleted_under_an_owner(owner):
    with refused_by("organizations_owner_has_no_end"):
        Role.objects.filter(pk=owner.role_id).delete()
    assert row(owner)["role_id"] == owner.role_id


def test_there_is_one_owner_where_exactly_one_may_be(head):
    member = join(head, UserFactory())
    with refused_by("organizations_exactly_one_owner", sqlite="organizations_membership.organization_id"):
        give_role(member, "owner")
    assert not row(member)["owns"]


def test_several_own_where_several_may(owner, member):
    give_role(member, "owner")
    assert row(member)["owns"]
    assert not row(member)["sole_owner"]


def test_one_owner_is_active(head):
    with refused_by("organizations_sole_owner_is_active"):
        write(head, status="deactivated")


def test_sole_owner_is_one_who_owns(head):
    with refused_by("organizations_sole_owner_owns"):
        write(head, owns=False)


def test_person_belongs_once(org, member):
    again = Membership(organization=org, user=member.user, source=MembershipSource.INVITATION, email=member.email)
    with refused_by("organizations_membership_once", sqlite="organizations_membership.organization_id"):
        again.save(force_insert=True)


@pytest.mark.parametrize("field", ["active_members", "deactivated_members", "reserved_seats", "seatless_members"])
def test_no_counter_goes_below_zero(org, field):
    with refused_by(field):
        Organization.objects.filter(pk=org.pk).update(**{field: -1})


def test_no_more_people_are_without_a_seat_than_are_active(org):
    with refused_by("organizations_seatless_members"):
        Organization.objects.filter(pk=org.pk).update(seatless_members=org.active_members + 1)


@pytest.mark.parametrize(
    "values", [{"owns": True}, {"reserved": True}, {"system_managed": True}, {"takes_seat": False}], ids=str
)
def test_custom_role_neither_owns_nor_is_a_special_one(owner, values):
    role = design(owner, "Helper", "members.read")
    with refused_by("organizations_role_custom_plain"):
        Role.objects.filter(pk=role.pk).update(**values)


def test_name_of_a_role_is_taken_once(owner):
    design(owner, "Helper", "members.read")
    other = design(owner, "Other", "members.read")
    with refused_by("organizations_role_label"):
        Role.objects.filter(pk=other.pk).update(label="HELPER")


def test_built_in_role_is_there_once(org):
    viewer = role_of(org, "viewer")
    again = Role(scheme=viewer.scheme, key=viewer.key, label="Again", rank=0)
    with refused_by("organizations_role_builtin_key", sqlite="organizations_role.scheme"):
        again.save(force_insert=True)


def test_custom_role_that_goes_leaves_its_holders_without_one(owner, member):
    role = design(owner, "Helper", "members.read")
    write(member, role=role)
    role.delete()
    assert row(member)["role_id"] is None
