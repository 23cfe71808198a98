"""An action that is called by another joins it: its transaction, its time and its locks, and nothing half done."""

from __future__ import annotations

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.actions import current_act
from audit.actors import SYSTEM, Actor
from audit.models import Event
from audit.recording import record
from organizations import events
from organizations.actions.base import action, locked
from organizations.actions.members import leave
from organizations.actions.organizations import create_organization
from organizations.actions.plans import set_seats
from organizations.models import Membership, Organization
from tests.factories import acting
from tests.witness import counters, written

pytestmark = pytest.mark.django_db


@action
def set_seats_twice(*, actor: Actor, organization: Organization, other: Organization | None = None) -> None:
    """An action made of two others, the second perhaps on an organization that no argument names."""
    set_seats(actor=actor, organization=organization, seats=10)
    set_seats(actor=actor, organization=Held.one or organization, seats=20)


class Held:
    """An organization that no argument names, and so nobody locks."""

    one: Organization | None = None


@pytest.fixture
def _names_nothing():
    yield
    Held.one = None


def test_joined_actions_share_the_time_and_the_transaction(org, staff):
    with time_machine.travel("2027-03-01 10:00:00Z", tick=True), written() as news:
        set_seats_twice(actor=acting(staff), organization=org)
    assert [event.after["seats"] for event in news.events] == [10, 20]
    assert len({event.at for event in news.events}) == 1


def test_joined_action_takes_no_second_lock(org, staff):
    with CaptureQueriesContext(connection) as queries:
        set_seats_twice(actor=acting(staff), organization=org)
    rows = [
        one["sql"]
        for one in queries
        if one["sql"].startswith("SELECT") and " FROM organizations_organization " in one["sql"]
    ]
    assert len(rows) == 1


@pytest.mark.usefixtures("_names_nothing")
def test_joined_action_may_not_touch_what_is_not_locked(org, other_org, staff):
    Held.one = other_org
    with written() as news, pytest.raises(RuntimeError, match="may only touch what that one has locked"):
        set_seats_twice(actor=acting(staff), organization=org)
    assert news.nothing
    org.refresh_from_db()
    assert org.seat_limit is None


@pytest.mark.usefixtures("_names_nothing")
def test_joined_action_may_touch_another_organization_that_is_locked(org, other_org, staff):
    Held.one = other_org
    set_seats_twice(actor=acting(staff), organization=org, other=other_org)
    org.refresh_from_db()
    other_org.refresh_from_db()
    assert (org.seat_limit, other_org.seat_limit) == (10, 20)


def test_caught_refusal_leaves_nothing_half_done(org, staff):
    @action
    def take_a_seat_and_think_better_of_it(*, organization: Organization) -> None:
        organization = locked(organization)
        organization.seat_limit = 7
        organization.reserved_seats += 1
        organization.save(update_fields=["reserved_seats", "seat_limit"])
        record(events.SEATS_CHANGED, actor=SYSTEM, chain=organization.pk, after={"seats": 7})
        raise PermissionDenied

    @action
    def outer(*, actor: Actor, organization: Organization) -> None:
        with pytest.raises(PermissionDenied):
            take_a_seat_and_think_better_of_it(organization=organization)
        assert locked(organization).reserved_seats == 0
        locked(organization).save()  # what is held in memory is as it was, too
        set_seats(actor=actor, organization=organization, seats=30)

    with written() as news:
        outer(actor=acting(staff), organization=org)
    assert counters(org) == (1, 0, 0)
    assert org.seat_limit == 30
    assert [(event.before, event.after) for event in news.events] == [({"seats": "no limit"}, {"seats": 30})]
    chain = Event.objects.filter(chain_id=org.pk).order_by("number").values_list("number", flat=True)
    assert list(chain) == [1, 2, 3]


def test_organization_that_a_refused_action_created_is_not_held_locked(stranger):
    @action
    def found_and_think_better_of_it(*, actor: Actor, user: object) -> None:
        create_organization(actor=actor, user=stranger, name="Dune", slug="dune", scheme="standard")
        raise PermissionDenied

    @action
    def outer(*, actor: Actor, user: object) -> None:
        with pytest.raises(PermissionDenied):
            found_and_think_better_of_it(actor=actor, user=user)
        assert not current_act().organizations

    with written() as news:
        outer(actor=acting(stranger), user=stranger)
    assert news.nothing
    assert not Organization.objects.exists()


def test_refusal_of_a_joined_action_that_nobody_catches_undoes_everything(owner, org, member):
    @action
    def outer(*, actor: Actor, membership: Membership) -> None:
        organization = locked(membership.organization_id)
        organization.seat_limit = 7
        organization.save(update_fields=["seat_limit"])
        record(events.SEATS_CHANGED, actor=SYSTEM, chain=organization.pk, after={"seats": 7})
        leave(actor=actor, membership=membership)

    with written() as news, pytest.raises(PermissionDenied, match="only leave for yourself"):
        outer(actor=acting(owner), membership=member)
    assert news.nothing
    org.refresh_from_db()
    assert org.seat_limit is None
