"""What a mail says of an invitation is read by a statement in SQL, and is what the ORM finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.actions.refusing import refuse_further
from invitations.models import Invitation
from tests.factories import UserFactory, invitee, offer

SAID = (
    "pk", "email", "organization_id", "role_id", "expires_at", "access_ends_at", "invited_by_id", "inviter_label",
    "status", "version", "note", "sent_at", "organization.name", "organization.reminders",
    "organization.trusted", "role.label", "role.description", "invited_by.email", "invited_by.is_active",
    "invited_by.name",
)  # fmt: skip


def told(invitation: Invitation) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in SAID:
        value: object = invitation
        for name in path.split("."):
            value = getattr(value, name, None)
        found[path] = value
    return found


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, "ines@example.org", "viewer")


@pytest.mark.parametrize("without", [{}, {"role": None}, {"invited_by": None}])
def test_it_is_what_the_orm_finds(invitation, without):
    Invitation.objects.filter(pk=invitation.pk).update(
        note="Zażółć\n“gęślą”", access_ends_at=timezone.now() + timedelta(days=40), **without
    )
    with CaptureQueriesContext(connection) as queries:
        found = Invitation.objects.to_mail(invitation.pk, 1)
        assert found is not None
        said = told(found)
    assert len(queries) == 1
    assert said == told(Invitation.objects.select_related("organization", "role", "invited_by").get())


def test_another_version_and_what_is_gone_are_none(invitation):
    assert Invitation.objects.to_mail(invitation.pk, 2) is None
    assert Invitation.objects.to_mail(uuid7(), 1) is None


def test_what_was_not_read_is_read_where_it_is_asked_for(invitation):
    found = Invitation.objects.to_mail(invitation.pk, 1)
    assert found is not None
    assert (found.days, found.organization.slug) == (invitation.days, invitation.organization.slug)


@pytest.mark.parametrize("scope", ["here", "everywhere"])
def test_who_refused_is_mailed_nothing_from_there(invitation, outsider, scope):
    theirs = offer(outsider, "ines@example.org")
    ines = UserFactory(email="ines@example.org")
    refuse_further(actor=invitee(ines), invitation=invitation, scope=scope)
    assert Invitation.objects.to_mail(invitation.pk, 1) is None
    assert (Invitation.objects.to_mail(theirs.pk, 1) is None) is (scope == "everywhere")
