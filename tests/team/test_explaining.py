"""Access explained: the chain says why, agrees with the fast answer, and tells nobody what is not theirs to know."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from audit.actors import SYSTEM, Actor
from invitations.actions.withdrawing import revoke
from organizations.access import may
from organizations.models import Group, GroupPlace, Membership, Organization, Role, places_of
from team.access.explaining import explain
from team.access.strangers import explain_address
from team.access.subjects import Subject, load_subject, roles_of
from team.access.who import granting, who_can
from tests.factories import UserFactory, acting, count_again, found, give_role, join, offer, pending, role_of

PERMISSION = "orders.create"  # of the partner portal, where it waits for the approval for production
GRANTS = {
    "no role": None,
    "nothing": [],
    "whole": [PERMISSION],
    "groups": [f"{PERMISSION}@groups"],
    "curated": [f"{PERMISSION}@curated"],
    "both": [f"{PERMISSION}@groups", f"{PERMISSION}@curated"],
    "vanished": ["dreams.create"],
}
STATES = list(
    itertools.product(
        (True, False),  # the account is active
        ("active", "deactivated"),
        (None, 1, -1),  # days until the access ends
        ((False, False), (True, False), (True, True)),  # a second factor is required, and there is one
        GRANTS,
        (True, False),  # approved for production
        (None, "belongs", "curates", "neither", "elsewhere"),  # the group that is asked about
    )
)


def story(state: tuple[Any, ...]) -> tuple[Subject, Group | None]:
    """People, roles and groups of that state, in memory."""
    is_active, status, days, (required, has), grants, approved, place = state
    now = timezone.now()
    organization = Organization(
        name="Marram Instruments", slug="marram", scheme="partner-portal", two_factor_required=required,
        production_approved_at=now if approved else None,
    )  # fmt: skip
    groups = {name: Group(name=name.title(), organization=organization) for name in ("belongs", "curates", "neither")}
    groups["elsewhere"] = Group(name="Elsewhere", organization=Organization(name="Lee & Sons", slug="lee"))
    wanted = GRANTS[grants]
    role = None if wanted is None else Role(
        label="Buyer", organization=organization, scheme="partner-portal", key="buyer", grants=wanted
    )  # fmt: skip
    membership = Membership(
        organization=organization, user=User(email="mina@marram.example.org", is_active=is_active), role=role,
        status=status, ends_at=now + timedelta(days=days) if days else None, two_factor=has, name="Mina Haddad",
        email="mina@marram.example.org", source="invitation",
    )  # fmt: skip
    places = [
        GroupPlace(group=groups["belongs"], membership=membership),
        GroupPlace(group=groups["curates"], membership=membership, curates=True),
    ]
    membership.places = places_of((one.group_id, one.curates) for one in places)
    subject = Subject(membership, places, verified=True, inviter="", roles=[role] if role else [])
    return subject, groups.get(place)


def test_it_agrees_with_the_fast_answer_in_every_case():
    for state in STATES:
        subject, group = story(state)
        at = timezone.now()
        explanation = explain(subject, PERMISSION, group, at=at, reader=SYSTEM)
        assert explanation.allowed == bool(may(subject.membership, PERMISSION, group)), state
        broken = [link for link in explanation.links if link.holds is False]
        assert bool(broken) == (not explanation.allowed and not explanation.in_groups), state
        assert broken in ([], [explanation.links[-1]]), state
        if explanation.in_groups:
            there = [place.group for place in subject.places if may(subject.membership, PERMISSION, place.group)]
            assert there, state
            assert explanation.sentence == f"Yes, in {' and '.join(one.name for one in there)}. Nowhere else.", state
        elif group is None:
            assert explanation.allowed or not any(
                may(subject.membership, PERMISSION, place.group) for place in subject.places
            ), state


def test_every_kind_of_answer_is_among_those_cases():
    """So that the agreement above is about something."""
    said = set()
    for state in STATES:
        subject, group = story(state)
        last = explain(subject, PERMISSION, group, at=timezone.now(), reader=SYSTEM).links[-1]
        said.add((last.what, last.holds))
    assert said >= {
        ("Account", False), ("Membership", False), ("End date", False), ("Two-factor", False), ("Role", False),
        ("Grant", False), ("Group", False), ("Organization", False), ("Organization", True),
    }  # fmt: skip


@pytest.fixture
def portal(db: None) -> Membership:
    """The owner of an organization with the roles of the partner portal, not approved for production."""
    owner = UserFactory(name="Grace Okafor", email="grace@marram.example.org")
    return found(owner, "Marram Instruments", "marram", scheme="partner-portal")


@pytest.fixture
def seller(portal) -> Membership:
    return join(portal, UserFactory(name="Mina Haddad", email="mina@marram.example.org"), "support")


def asked(membership: Membership, permission: str, group: Group | None = None, reader: Actor = SYSTEM):
    found = Membership.objects.select_related("role", "organization", "user").get(pk=membership.pk)
    subject = load_subject(found, roles_of(found.organization), reader=reader)
    return explain(subject, permission, group, at=timezone.now(), reader=reader)


MARKS = {True: "v", False: "x", None: "-"}


def chain(explanation) -> list[str]:
    return [f"{MARKS[link.holds]} {link}" for link in explanation.links]


def custom(organization: Organization, *grants: str) -> Role:
    return Role.objects.create(
        organization=organization, scheme=organization.scheme, key="own", label="Connector keeper", rank=1,
        grants=sorted(grants),
    )  # fmt: skip


def hold(membership: Membership, role: Role) -> None:
    Membership.objects.filter(pk=membership.pk).update(role=role)
    count_again()


def test_yes_with_every_link_in_its_order(portal, seller):
    explanation = asked(seller, "orders.read")
    assert explanation.allowed
    assert explanation.sentence == "Yes, Mina Haddad can read orders."
    assert chain(explanation) == [
        "v Account is active, address verified",
        "v Membership of Marram Instruments is active",
        "v Two-factor is not required by Marram Instruments",
        "v Role Support",
        "v Grant orders.read in the whole organization",
    ]
    assert explanation.links[1].small == "Accepted an invitation by Grace Okafor. No end date."


def test_production_approval_ends_a_chain_that_holds_otherwise(portal, seller):
    explanation = asked(seller, "orders.create")
    assert not explanation.allowed
    assert explanation.sentence == "No, Mina Haddad cannot create orders."
    assert chain(explanation)[-1] == "x Organization Marram Instruments is not approved for production yet"
    Organization.objects.update(production_approved_at=timezone.now())
    explanation = asked(seller, "orders.create")
    assert explanation.allowed
    assert chain(explanation)[-1] == "v Organization Marram Instruments is approved for production"


def test_missing_grant_names_the_roles_that_have_it(portal, seller):
    explanation = asked(seller, "webhooks.update")
    assert chain(explanation)[-2:] == ["v Role Support", "x Grant webhooks.update is not in this role"]
    assert explanation.links[-1].small == "Owner, Admin and Developer have it."


def test_unknown_permission_is_said_to_be_none(portal, seller):
    explanation = asked(seller, "dreams.read")
    assert explanation.sentence == "No, Mina Haddad cannot do dreams.read."
    assert chain(explanation)[-1] == "x Grant dreams.read is no permission in Marram Instruments"


def test_grant_by_group_names_the_groups_and_no_more_than_five(portal, seller):
    org = portal.organization
    hold(seller, custom(org, "orders.read@groups"))
    assert asked(seller, "orders.read").sentence == "No, Mina Haddad cannot read orders."
    assert chain(asked(seller, "orders.read"))[-1] == "x Group Mina Haddad belongs to none"
    groups = [Group.objects.create(organization=org, name=name) for name in ("Field sales", "Spring launch")]
    for group in groups:
        GroupPlace.objects.create(group=group, membership=seller)
    explanation = asked(seller, "orders.read")
    assert (explanation.allowed, explanation.in_groups) == (False, True)
    assert explanation.sentence == "Yes, in Field sales and Spring launch. Nowhere else."
    assert asked(seller, "orders.read", groups[0]).sentence == "Yes, Mina Haddad can read orders in Field sales."
    for number in range(5):
        group = Group.objects.create(organization=org, name=f"Team {number}")
        GroupPlace.objects.create(group=group, membership=seller)
    assert asked(seller, "orders.read").sentence == (
        "Yes, in Field sales, Spring launch, Team 0, Team 1, Team 2 and 2 more. Nowhere else."
    )


def test_grant_for_curators_asks_for_the_place(portal, seller):
    org = portal.organization
    hold(seller, custom(org, "orders.read@curated"))
    group = Group.objects.create(organization=org, name="Field sales")
    GroupPlace.objects.create(group=group, membership=seller)
    explanation = asked(seller, "orders.read", group)
    assert chain(explanation)[-1] == "x Group Field sales is not curated by Mina Haddad"
    assert explanation.links[-1].small == "Mina Haddad belongs to it."
    GroupPlace.objects.update(curates=True)
    assert chain(asked(seller, "orders.read", group))[-1] == "v Group Field sales is curated by Mina Haddad"


def test_groups_that_the_reader_may_not_know_are_not_named(portal, seller):
    """The auditor reads people, and no group."""
    org = portal.organization
    auditor = join(portal, UserFactory(name="Aud Itor"), "viewer")
    narrow = Role.objects.create(
        organization=org, scheme=org.scheme, key="auditor", label="Auditor", rank=1,
        grants=["members.read", "organization.read"],
    )  # fmt: skip
    hold(auditor, narrow)
    hold(seller, custom(org, "orders.read@groups"))
    for name in ("Field sales", "Spring launch"):
        GroupPlace.objects.create(group=Group.objects.create(organization=org, name=name), membership=seller)
    explanation = asked(seller, "orders.read", reader=acting(auditor))
    assert explanation.sentence == "Yes, in 2 groups. Nowhere else."
    assert not any("sales" in f"{link} {link.details}" for link in explanation.links)
    assert asked(seller, "orders.read", reader=acting(seller)).sentence == (
        "Yes, in Field sales and Spring launch. Nowhere else."
    )


def test_role_without_the_browser_is_said_and_no_refusal(db):
    owner = found(UserFactory(name="Ada"), "Tarn", "tarn", scheme="knowledge-platform")
    service = join(owner, UserFactory(name="Search service"), "limited")
    explanation = asked(service, "search.use")
    assert explanation.allowed
    assert "- Browser is not for this role" in chain(explanation)


def test_mends_lead_there_for_whom_may_and_for_nobody_else(portal, seller):
    org = portal.organization
    path = f"/o/marram/members/{seller.pk}/role/"
    texts = [(mend.text, mend.url) for mend in asked(seller, "webhooks.read", reader=acting(portal)).links[-1].mends]
    assert texts == [("give another role", path)]
    viewer = join(portal, UserFactory(name="Vera Lindqvist"), "viewer")
    for reader in (seller, viewer):
        assert asked(seller, "webhooks.read", reader=acting(reader)).links[-1].mends == ()
    role = custom(org, "orders.read")
    hold(seller, role)
    mends = asked(seller, "webhooks.read", reader=acting(portal)).links[-1].mends
    assert [mend.text for mend in mends] == ["give another role", "edit Connector keeper"]
    give_role(seller, None)
    mends = asked(seller, "webhooks.read", reader=acting(portal)).links[-1].mends
    assert [mend.text for mend in mends] == ["give a role"]


def test_whoever_gives_no_roles_is_not_led_there(portal, seller):
    """Covering what the person holds is not enough."""
    overseer = join(portal, UserFactory(name="Ove Seer"), "admin")
    grants = set(role_of(portal.organization, "admin").grants) - {"roles.assign"}
    hold(overseer, custom(portal.organization, *grants))
    assert asked(seller, "webhooks.read", reader=acting(overseer)).links[-1].mends == ()


def test_own_second_factor_is_mended_by_oneself_alone(portal, seller):
    Organization.objects.update(two_factor_required=True)
    own = asked(seller, "orders.read", reader=acting(seller)).links[-1]
    assert (own.what, own.holds) == ("Two-factor", False)
    # whoever has none holds nothing, and is still the person whom the answer is about
    assert [mend.url for mend in own.mends] == ["/accounts/2fa/"]
    assert asked(seller, "orders.read", reader=acting(portal)).links[-1].mends == ()


# An address that is no member's.


def about(organization: Organization, address: str, reader: Actor):
    return explain_address(organization, address, at=timezone.now(), reader=reader)


def test_pending_invitation_is_named_and_ends_the_chain(owner, org):
    offer(owner, "uma@example.org")
    explanation = about(org, "uma@example.org", acting(owner))
    assert not explanation.allowed
    assert explanation.sentence == "No, uma@example.org does not belong to Marram Instruments."
    assert chain(explanation) == ["x Invitation waits for an answer"]
    assert explanation.links[0].small == "As Member, by Grace Okafor."
    assert [mend.text for mend in explanation.links[0].mends] == ["open the invitations"]


def test_lapsed_and_revoked_invitations_are_named_with_a_way_to_invite_again(owner, org):
    pending(org, 1, ends=timezone.now() - timedelta(days=1), start="late")
    explanation = about(org, "late0@example.org", acting(owner))
    assert chain(explanation) == [
        "- Invitation has expired",
        "x Membership of Marram Instruments: there is none with this address",
    ]
    assert [mend.text for mend in explanation.links[-1].mends] == ["invite this address"]
    revoke(actor=acting(owner), organization=org, invitations=[offer(owner, "rex@example.org")])
    assert chain(about(org, "rex@example.org", acting(owner)))[0] == "- Invitation was revoked"


def test_invitations_of_others_and_those_one_may_not_see_are_not_named(owner, org, viewer, outsider):
    offer(outsider, "uma@example.org")
    offer(owner, "ida@example.org")
    for address, reader in (("uma@example.org", owner), ("ida@example.org", viewer)):
        assert chain(about(org, address, acting(reader))) == [
            "x Membership of Marram Instruments: there is none with this address"
        ]


def test_answer_is_the_same_with_and_without_an_account(owner, org, stranger, outsider, viewer):
    for reader in (owner, viewer):
        said = [
            repr(about(org, address, acting(reader))).replace(address, "ADDRESS")
            for address in (stranger.email, outsider.email, "nobody@nowhere.example.org")
        ]
        assert len(set(said)) == 1


def test_role_of_the_other_organization_does_not_count(portal, outsider):
    assert role_of(outsider.organization, "owner") not in roles_of(portal.organization)


# Who can: the same answer, asked of everyone at once.


def test_everyone_listed_can_and_nobody_else_can(portal, outsider):
    org = portal.organization
    roles = [
        Role.objects.create(organization=org, scheme=org.scheme, key=key, label=key, rank=1, grants=grants)
        for key, grants in GRANTS.items()
        if grants is not None
    ]
    groups = [Group.objects.create(organization=org, name=name) for name in ("Field sales", "Spring launch")]
    now = timezone.now()
    for number, (role, status, days, has, is_active) in enumerate(
        itertools.product([None, *roles], ("active", "deactivated"), (None, 1, -1), (True, False), (True, False))
    ):
        user = User.objects.create(email=f"p{number}@example.org", is_active=is_active)
        one = Membership.objects.create(
            organization=org, user=user, role=role, status=status, two_factor=has, email=user.email,
            ends_at=now + timedelta(days=days) if days else None, sort_name=user.email, source="invitation",
        )  # fmt: skip
        GroupPlace.objects.create(group=groups[0], membership=one, curates=bool(number % 2))
    for required, approved in itertools.product((True, False), (now, None)):
        Organization.objects.filter(pk=org.pk).update(two_factor_required=required, production_approved_at=approved)
        org.refresh_from_db()
        granting_roles = granting(roles_of(org), PERMISSION)
        for group in (None, *groups):
            listed = {one.pk for one in who_can(org, granting_roles, PERMISSION, group, at=now)}
            able = {one.pk for one in Membership.objects.filter(organization=org) if may(one, PERMISSION, group)}
            assert listed == able, (required, approved, group)
            assert bool(listed) == bool(approved)
