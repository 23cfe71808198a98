"""Roles that nobody gives by hand: not offered, not accepted, and the host product's own to give and take."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.actors import Actor
from invitations.actions.offering import invite
from organizations.actions.deleting_roles import delete_role
from organizations.actions.ownership import transfer_ownership
from organizations.actions.roles import create_role
from organizations.models import Membership, Role
from organizations.permissions import OWNERS_ALONE
from tests.factories import UserFactory, acting, found, give_role, join
from tests.organizations.changing import (
    assign,
    dismiss,
    holding_everything,
    names,
    restore,
    role_held,
    suspend,
    token,
    why_not,
)
from tests.organizations.designing import design, hold
from tests.witness import counters, written

KINDS = [
    ("partner-management", "partner"),
    ("knowledge-platform", "slack_user"),
    ("knowledge-platform", "ext_perm_user"),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind[1])
def special(request: pytest.FixtureRequest, db: None) -> Role:
    """A role that is not given by hand, where one person owns the organization Reef."""
    scheme, key = request.param
    found(UserFactory(name="Hedda Head"), "Reef", "reef", scheme)
    return Role.objects.get(organization=None, scheme=scheme, key=key)


@pytest.fixture
def head(special: Role) -> Membership:
    return Membership.objects.get(name="Hedda Head")


@pytest.fixture
def person(head: Membership) -> Membership:
    narrowest = Role.objects.of(head.organization).by_hand()[0]
    return join(head, UserFactory(name="Pat Person"), narrowest.key)


@pytest.fixture
def product(head: Membership) -> Actor:
    """The host product, with everything that software may hold."""
    return token(*(holding_everything(head.organization) - OWNERS_ALONE))


def seatless(person: Membership) -> int:
    """How many active people here take no seat: as kept, having made sure that a count says the same."""
    organization = person.organization
    organization.refresh_from_db()
    counted = organization.memberships.filter(status="active", role__takes_seat=False).count()
    assert organization.seatless_members == counted
    return counted


def test_it_is_offered_on_no_page(client_of, special, head, person):
    for url in (
        reverse("invitations:create", args=["reef"]),
        reverse("organizations:change_role", args=["reef", person.pk]),
    ):
        page = client_of(head).get(url)
        assert page.status_code == 200
        assert special.key not in [role.key for role, _ in page.context["form"].roles]
        assert str(special.pk) not in page.content.decode()


def test_invitation_page_refuses_it(client_of, special, head):
    form = {"addresses": "ines@example.org", "role": str(special.pk), "days": "7"}
    with written() as news:
        page = client_of(head).post(reverse("invitations:create", args=["reef"]), form)
    assert "Choose one of these roles." in page.content.decode()
    assert news.nothing


@pytest.mark.parametrize("by", ["head", "staff"])
def test_nobody_is_invited_to_it(request, special, head, by):
    actor = acting(request.getfixturevalue(by))
    with written() as news, pytest.raises(PermissionDenied, match="is not given by hand"):
        invite(actor=actor, organization=head.organization, addresses=["a@x.org", "b@x.org"], role=special, days=7)
    assert news.nothing
    assert counters(head.organization) == (1, 0, 0)


@pytest.mark.parametrize("by", ["head", "staff"])
def test_nobody_gives_it_by_hand(request, special, head, person, by):
    actor = acting(request.getfixturevalue(by))
    before = role_held(person)
    with written() as news:
        assert why_not(assign(actor, special, person)) == {"Pat Person": "not_by_hand"}
    assert role_held(person) == before
    assert news.nothing


@pytest.mark.parametrize("by", ["head", "staff"])
def test_nobody_takes_it_by_hand(request, special, head, person, by):
    actor = acting(request.getfixturevalue(by))
    before = role_held(person)
    give_role(person, special.key)
    with written() as news:
        assert why_not(assign(actor, before, person)) == {"Pat Person": "not_by_hand"}
        assert why_not(assign(actor, None, person)) == {"Pat Person": "not_by_hand"}
    assert role_held(person) == special.key
    assert news.nothing


def test_a_role_made_like_it_is_given_by_hand(special, head, person):
    copy = create_role(
        actor=acting(head),
        organization=head.organization,
        label="Like it",
        description="",
        caution="",
        elevated=False,
        grants=special.grants,
        like=special,
    )
    assert (copy.reserved, copy.system_managed, copy.takes_seat, copy.signs_in) == (False, False, True, True)
    assert copy.by_hand
    hold(copy, person)
    for field, value in {"reserved": True, "system_managed": True, "takes_seat": False, "owns": True}.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            Role.objects.filter(pk=copy.pk).update(**{field: value})


def test_the_host_product_gives_and_takes_it(special, head, person, product):
    before = role_held(person)
    with written() as news:
        assert names(assign(product, special, person)) == {"Pat Person"}
        assert role_held(person) == special.key
        assert names(assign(product, before, person)) == {"Pat Person"}
    assert role_held(person) == before
    assert news.actions == ["member.role_changed"] * 2
    assert {(event.actor_kind, event.actor_label) for event in news.events} == {("token", "Host product")}
    assert news.mails == []


def test_the_host_product_gives_no_more_than_it_holds(head, person, product):
    widest = Role.objects.of(head.organization).by_hand().filter(owns=False).last()
    narrow = token("roles.assign", *person.role.grants)
    assert why_not(assign(narrow, widest, person)) == {"Pat Person": "more_than_own"}
    assert why_not(assign(product, person.role, head)) == {"Hedda Head": "superior"}


@pytest.mark.parametrize("owns", [False, True])
@pytest.mark.parametrize("scheme", ["standard", "winery", "partner-management", "knowledge-platform"])
def test_the_host_product_never_gives_ownership(db, scheme, owns):
    """Not even a token whose maker owns."""
    first = found(UserFactory(name="Hedda Head"), "Hill", "hill", scheme)
    narrowest = Role.objects.of(first.organization).by_hand()[0]
    member = join(first, UserFactory(name="Max Member"), narrowest.key)
    software = token(*holding_everything(first.organization), owns=owns)
    with written() as news:
        outcome = assign(software, first.organization.rules.owner_key, member)
        with pytest.raises(PermissionDenied):
            transfer_ownership(actor=software, membership=member)
    assert list(why_not(outcome)) == ["Max Member"]
    assert role_held(member) == narrowest.key
    assert news.nothing


def test_who_holds_it_is_handed_no_organization(db):
    first = found(UserFactory(name="Hedda Head"), "Reef", "reef", "partner-management")
    partner = join(first, UserFactory(name="Pat Person"), "member")
    give_role(partner, "partner")
    with written() as news, pytest.raises(PermissionDenied, match="which is not taken by hand"):
        transfer_ownership(actor=acting(first), membership=partner)
    assert news.nothing


# Seats


@pytest.fixture
def reef(db: None) -> Membership:
    return found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")


@pytest.fixture
def bot(reef: Membership) -> Membership:
    return join(reef, UserFactory(name="Bo Lindén"), "basic")


@pytest.fixture
def software(reef: Membership) -> Actor:
    return token(*holding_everything(reef.organization))


def test_seat_is_free_while_such_a_role_is_held(reef, bot, software):
    assert seatless(bot) == 0
    assign(software, "slack_user", bot)
    assert seatless(bot) == 1
    assign(software, "ext_perm_user", bot)
    assert seatless(bot) == 1
    assign(software, "basic", bot)
    assert seatless(bot) == 0
    assert counters(reef.organization) == (2, 0, 0)


def test_seats_are_counted_when_a_deleted_role_makes_place_for_such_a_one(reef, bot, software):
    role = design(reef, "Night shift")
    give_role(bot, None)
    hold(role, bot)
    slack_user = Role.objects.of(reef.organization).get(key="slack_user")
    delete_role(actor=software, role=role, move_to=slack_user, invitations_to=None)
    assert role_held(bot) == "slack_user"
    assert (seatless(bot), counters(reef.organization)) == (1, (2, 0, 0))


def test_seats_are_counted_when_such_people_come_and_go(reef, bot, software):
    assign(software, "slack_user", bot)
    suspend(reef, bot)
    assert (seatless(bot), counters(reef.organization)) == (0, (1, 1, 0))
    restore(reef, bot)
    assert (seatless(bot), counters(reef.organization)) == (1, (2, 0, 0))
    dismiss(reef, bot)
    assert (seatless(bot), counters(reef.organization)) == (0, (1, 0, 0))


def test_such_a_person_comes_back_where_no_seat_is_free(reef, bot, software):
    assign(software, "slack_user", bot)
    suspend(reef, bot)
    type(reef.organization).objects.filter(pk=reef.organization_id).update(seat_limit=1)
    assert names(restore(reef, bot)) == {"Bo Lindén"}


def test_role_that_takes_a_seat_waits_until_one_is_free(reef, bot, software):
    """The limit holds for a seat that a role takes as for one that a person takes."""
    second = join(reef, UserFactory(name="Bea"), "basic")
    assign(software, "slack_user", bot, second)
    type(reef.organization).objects.filter(pk=reef.organization_id).update(seat_limit=2)
    with written() as news:
        outcome = assign(software, "basic", bot, second)
    assert len(outcome.done) == 1
    assert list(why_not(outcome).values()) == ["no_seat"]
    assert news.actions == ["member.role_changed"]
    assert seatless(bot) == 1


def test_custom_role_takes_a_seat(reef, bot, software):
    assign(software, "slack_user", bot)
    assign(software, design(reef, "Helper", "search.use"), bot)
    assert seatless(bot) == 0
