"""An action locks organizations by id, then users by id, then chains by id, and never more than it needs to."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from invitations.actions.answering import accept
from organizations.actions.base import action
from organizations.models import Membership, Organization
from tests.factories import UserFactory, found, invitee, offer
from tests.witness import written

pytestmark = [pytest.mark.services, pytest.mark.postgresql, pytest.mark.django_db]


@action
def look(*, organizations: list[Organization], users: list[User], membership: Membership | None = None) -> None:
    """Changes nothing; it locks what its arguments name."""


def locks(queries: CaptureQueriesContext) -> list[tuple[str, str]]:
    """Table and kind of lock of each locking read, in the order in which they were made."""
    found = []
    for one in queries:
        sql = one["sql"]
        if match := re.search(r"FROM (\w+).* ORDER BY id (FOR [A-Z ]+)$", sql):
            found.append((match.group(1), match.group(2)))
        assert not re.search(r"FOR (?!NO KEY UPDATE)", sql), sql
    return found


def test_locks_stand_in_one_order_and_leave_foreign_keys_alone(org, other_org, stranger, staff):
    with CaptureQueriesContext(connection) as queries:
        look(users=[stranger, staff], organizations=[other_org, org])
    assert locks(queries) == [
        ("organizations_organization", "FOR NO KEY UPDATE"),
        ("accounts_user", "FOR NO KEY UPDATE"),
        ("audit_chain", "FOR NO KEY UPDATE"),
    ]


def test_membership_locks_its_organization_and_its_user(org, member):
    with CaptureQueriesContext(connection) as queries:
        look(organizations=[], users=[], membership=member)
    assert [table for table, _ in locks(queries)] == ["organizations_organization", "accounts_user", "audit_chain"]
    assert member.user_id.hex in next(one["sql"] for one in queries if "accounts_user" in one["sql"])


def test_action_on_an_invitation_locks_its_organization(owner, stranger):
    invitation = offer(owner, stranger.email)
    with CaptureQueriesContext(connection) as queries:
        accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    assert [table for table, _ in locks(queries)] == ["organizations_organization", "accounts_user", "audit_chain"]


def test_first_event_begins_a_chain_and_locks_it(stranger):
    with CaptureQueriesContext(connection) as queries:
        found(stranger, "Dune", "dune")
    assert locks(queries)[-1] == ("audit_chain", "FOR NO KEY UPDATE")


def test_organization_that_is_gone_refuses_the_action():
    membership = found(UserFactory(), "Dune", "dune")
    organization = membership.organization
    Organization.objects.filter(pk=organization.pk).delete()
    with written() as news, pytest.raises(PermissionDenied, match="no longer exists"):
        look(organizations=[organization], users=[])
    assert news.nothing
