"""What engineers ask: `may`, what it costs, and that an answer lasts no longer than its request."""

from __future__ import annotations

import timeit
from datetime import timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from organizations.access import may
from organizations.models import Group, GroupPlace, Membership, Organization
from tests.factories import UserFactory, deactivate, end_at, found, give_role, join

FACTOR = 25  # times a lookup in a dictionary of the same run: 1 µs where that takes 40 ns


@pytest.fixture
def curator(db: None) -> Membership:
    owner = found(UserFactory(name="Ada Aster"), "Aster Library", "aster", scheme="knowledge-platform")
    return join(owner, UserFactory(name="Samuel Osei"), "curator")


@pytest.fixture
def group(curator) -> Group:
    made = Group.objects.create(organization=curator.organization, name="Reading room")
    GroupPlace.objects.create(group=made, membership=curator, curates=True)
    return made


def loaded(membership: Membership) -> Membership:
    """As the next request loads it."""
    return Membership.objects.get(pk=membership.pk)


def test_answer_is_yes_or_no_with_a_reason(curator, group):
    one = loaded(curator)
    assert may(one, "search.use")
    assert may(one, "connectors.update", group)
    refused = may(one, "connectors.update")
    assert not refused
    assert (refused.reason, refused.code) == ("Your role does not include connectors.update.", "no_permission")
    assert may(one, "members.read", group).reason == "Your role does not include members.read in Reading room."
    assert not may(one, "dreams.read")


def test_grant_by_group_reaches_no_other_group(curator, group, other_org):
    one = loaded(curator)
    assert not may(one, "connectors.update", Group.objects.create(organization=curator.organization, name="Archive"))
    foreign = Group.objects.create(organization=other_org, name="Cellar")
    GroupPlace.objects.create(group=foreign, membership=curator, curates=True)  # as no action would
    assert may(loaded(curator), "search.use", foreign).code == "other_organization"
    assert may(loaded(curator), "connectors.update", foreign).code == "other_organization"


def test_first_question_costs_one_query_and_later_ones_none(curator, group):
    one = loaded(curator)
    with CaptureQueriesContext(connection) as queries:
        may(one, "search.use")
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        for permission in ("search.use", "members.read", "connectors.update", "dreams.read"):
            may(one, permission)
            may(one, permission, group)
    assert len(queries) == 0


def test_first_question_is_free_where_all_is_loaded(curator):
    rows = Membership.objects.select_related("role", "organization", "user")
    one = rows.get(pk=curator.pk)
    assert one.places.curates == frozenset()
    with CaptureQueriesContext(connection) as queries:
        may(one, "search.use")
    assert len(queries) == 0


def test_later_question_is_about_as_fast_as_a_lookup(curator, group):
    """The time itself is the machine's; `make bench PARTS=access` prints it. Here a lookup beside it is the measure."""
    one = loaded(curator)
    answers = {"search.use": True}
    times = 20_000

    def cost(ask) -> float:
        return min(timeit.repeat(ask, number=times, repeat=5))

    may(one, "search.use"), may(one, "members.read"), may(one, "connectors.update", group)
    lookup = cost(lambda: answers["search.use"])
    assert cost(lambda: may(one, "search.use")) < FACTOR * lookup
    assert cost(lambda: may(one, "members.read")) < FACTOR * lookup
    assert cost(lambda: may(one, "connectors.update", group)) < FACTOR * lookup


def without_account(membership: Membership) -> None:
    User.objects.filter(pk=membership.user_id).update(is_active=False)


def lapse(membership: Membership) -> None:
    end_at(membership, timezone.now() - timedelta(seconds=1))


def require_two_factor(membership: Membership) -> None:
    Organization.objects.filter(pk=membership.organization_id).update(two_factor_required=True)


def leave_group(membership: Membership) -> None:
    membership.group_places.all().delete()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (deactivate, "deactivated"),
        (lapse, "ended"),
        (require_two_factor, "two_factor"),
        (without_account, "account_inactive"),
        (lambda one: give_role(one, None), "no_role"),
        (lambda one: give_role(one, "basic"), "no_permission"),
        (leave_group, "no_permission"),
        (lambda one: Membership.objects.filter(pk=one.pk).delete(), "ended"),
    ],
)
def test_change_counts_from_the_next_request(curator, group, change, code):
    this_request, next_request = loaded(curator), loaded(curator)
    assert may(this_request, "connectors.update", group)
    change(curator)
    assert may(this_request, "connectors.update", group)
    assert may(next_request, "connectors.update", group).code == code


def test_permission_that_waits_for_production_is_refused_until_then(db):
    owner = found(UserFactory(name="Ada"), "Tarn", "tarn", scheme="partner-portal")
    assert may(loaded(owner), "orders.create").code == "not_approved"
    Organization.objects.update(production_approved_at=timezone.now())
    assert may(loaded(owner), "orders.create")


def test_template_asks_with_the_tag(curator, group):
    template = Template(
        "{% load access %}{% may one 'connectors.update' group as there %}{% may one 'connectors.update' as here %}"
        "{% if there %}there{% endif %} {% if not here %}{{ here.reason }}{% endif %}"
    )
    said = template.render(Context({"one": loaded(curator), "group": group}))
    assert said == "there Your role does not include connectors.update."
