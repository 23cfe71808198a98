"""Actions on many: as many queries for a hundred people as for twenty, and no rule bent by doing it at once."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.actors import SYSTEM
from invitations.models import Invitation
from organizations.actions.assigning import change_role
from organizations.actions.group_places import add_to_group
from organizations.actions.groups import create_group
from organizations.actions.members import deactivate, remove
from organizations.bulk import deeds
from organizations.bulk.deed import Deed
from organizations.models import Group, GroupPlace, Membership, MembershipText
from tests.factories import acting, count_again, crowd, give_role, offer, role_of
from tests.organizations.test_bulk_doing import argument_of
from tests.test_queries import asked
from tests.witness import counters

MOST = 30


@pytest.fixture
def group(owner) -> Group:
    return create_group(actor=acting(owner), organization=owner.organization, name="Field sales", description="")


def ready(people: list[Membership], deed: Deed[Any], group: Group) -> None:
    """Let the deed find something to do with all of them."""
    if deed is deeds.REACTIVATE:
        Membership.objects.filter(pk__in=[one.pk for one in people]).update(status="deactivated")
        count_again(people[0].organization)
    if deed in (deeds.REMOVE_FROM_GROUP, deeds.REMOVE):
        GroupPlace.objects.bulk_create([GroupPlace(group=group, membership=one) for one in people])


@pytest.mark.parametrize("deed", deeds.DEEDS, ids=lambda deed: deed.key)
def test_deed_asks_as_often_for_many(org, owner, group, deed):
    crowd(org, 140)
    everyone = list(org.memberships.filter(role__key="member"))
    counts = []
    for people in (everyone[:5], everyone[5:30], everyone[30:]):
        ready(people, deed, group)
        with CaptureQueriesContext(connection) as queries:
            outcome = deed.do(acting(owner), org, people, argument_of(deed, owner, group))
        assert len(outcome.done) == len(people)
        counts.append(in_words(queries))
        counters(org)
    assert counts[1] == counts[2]  # the first made the counters of roles that nobody held
    assert len(counts[2]) <= MOST, counts[2]


def in_words(queries: CaptureQueriesContext) -> list[str]:
    """As in the tests of pages; COPY stands for an INSERT, and what SQLite does in parts is one thing."""
    for one in queries.captured_queries:
        one["sql"] = one["sql"].replace('COPY "audit_event"', 'INSERT INTO "audit_event"')
    return [said for said, _ in groupby(asked(queries))]


@pytest.mark.parametrize("act", ["change_role", "deactivate", "remove"])
def test_one_owner_stays_however_many_go_at_once(org, owner, admin, member, act):
    for one in (admin, member):
        give_role(one, "owner")
    people = [owner, admin, member]
    if act == "change_role":
        outcome = change_role(actor=SYSTEM, organization=org, memberships=people, role=role_of(org, "viewer"))
    else:
        outcome = {"deactivate": deactivate, "remove": remove}[act](actor=SYSTEM, organization=org, memberships=people)
    assert len(outcome.done) == 2
    assert [one.code for one in outcome.passed_over] == ["last_owner"]
    assert org.memberships.owners(timezone.now()).count() == 1
    counters(org)


def test_removal_leaves_nothing_behind(org, owner, admin, member, viewer, group):
    add_to_group(actor=acting(owner), group=group, memberships=[admin, member])
    offers = [offer(admin, "uma@example.org"), offer(owner, "kept@example.org")]
    keys = [admin.pk, member.pk]
    remove(actor=acting(owner), organization=org, memberships=[admin, member])
    assert not Membership.objects.filter(pk__in=keys).exists()
    assert not MembershipText.objects.filter(membership__in=keys).exists()
    assert not GroupPlace.objects.filter(membership__in=keys).exists()
    statuses = dict(Invitation.objects.filter(pk__in=[one.pk for one in offers]).values_list("email", "status"))
    assert statuses == {"uma@example.org": "revoked", "kept@example.org": "pending"}
    assert set(org.memberships.all()) == {owner, viewer}
    counters(org)
