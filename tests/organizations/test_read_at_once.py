"""Roles and people that are read by statements in SQL: what the ORM finds, in the same order and whole."""

import pytest

from organizations.models import Membership, Role

pytestmark = pytest.mark.django_db


def test_roles_listed_are_those_of_the_organization_in_their_order(org, other_org):
    for rank, label in ((1, "beta"), (1, "Alpha"), (0, "Zeta"), (2, "beta two")):
        Role.objects.create(organization=org, scheme=org.scheme, key=label, label=label, rank=rank, grants=[])
        Role.objects.create(organization=other_org, scheme=org.scheme, key=label, label=label, rank=rank, grants=[])
    Role.objects.create(organization=org, scheme=org.scheme, key="gone", label="Gone", rank=0, retired=True)

    listed = Role.objects.listed(org)

    assert [role.label for role in listed if role.is_custom] == ["Zeta", "Alpha", "beta", "beta two"]
    assert listed == list(Role.objects.of(org))
    assert all(role.get_deferred_fields() == set() for role in listed)
    assert [vars(role)["grants"] for role in listed] == [role.grants for role in Role.objects.of(org)]


def test_roles_of_other_organizations_are_not_found_by_their_ids(org, other_org):
    theirs = Role.objects.create(organization=other_org, scheme=org.scheme, key="x", label="X", rank=0)
    own = Role.objects.of(org)[0]

    assert Role.objects.listed(org, {theirs.pk, own.pk}) == [own]
    assert Role.objects.listed(org, set()) == []


def test_people_are_read_with_their_roles_and_whether_their_account_is_open(org, owner, member, deactivated, stranger):
    retired = owner.role
    retired.retired = True
    retired.save()
    member.user.is_active = False
    member.user.save()

    found = {one.pk: one for one in Membership.objects.with_account(org, {owner.user_id, member.user_id, stranger.pk})}

    assert found.keys() == {owner.pk, member.pk}
    for one in (owner, member):
        expected = Membership.objects.select_related("role").get(pk=one.pk)
        assert found[one.pk].role == expected.role
        assert found[one.pk].get_deferred_fields() == set()
    assert found[owner.pk].has_active_account
    assert not found[member.pk].has_active_account


def test_people_of_other_organizations_are_not_read(org, other_org, outsider, owner):
    assert Membership.objects.with_account(org, {outsider.user_id}) == []
    assert Membership.objects.with_account(org, set()) == []
