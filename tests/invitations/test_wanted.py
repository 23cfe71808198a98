"""What an invited person's mail is written from: whether they may be mailed, and all that it says, in one query."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from operator import attrgetter

import pytest
from django.utils import timezone

from invitations.emails import build_invitation, build_reminder, wanted
from invitations.models import Invitation, Refusal
from organizations.models import Organization
from tests.factories import offer

ENDS = datetime(2030, 5, 4, 16, 30, tzinfo=UTC)

SAID = [
    *("pk", "email", "status", "version", "note", "inviter_label", "mail_key"),
    *("sent_at", "expires_at", "access_ends_at"),
    *("organization.pk", "organization.name", "organization.reminders"),
    *("role.pk", "role.label", "role.description"),
    *("invited_by.pk", "invited_by.name", "invited_by.email"),
]


def read(invitation: Invitation, name: str) -> object:
    return attrgetter(name)(invitation)


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, "ines@example.org")


@pytest.fixture
def ids(invitation) -> dict[str, str]:
    return {"invitation": str(invitation.pk), "version": "1"}


def test_it_is_the_invitation_as_the_database_has_it(invitation, ids, django_assert_num_queries):
    Invitation.objects.update(note="Zoë & you\n'til May", access_ends_at=ENDS)
    kept = Invitation.objects.select_related("organization", "role", "invited_by").get()
    with django_assert_num_queries(1):
        found = wanted(ids)
        assert found is not None
        assert [read(found, name) for name in SAID] == [read(kept, name) for name in SAID]
    assert found.group_ids == kept.group_ids, "what it does not read is fetched, not taken to be empty"


@pytest.mark.parametrize("build", [build_invitation, build_reminder])
def test_mail_is_written_with_one_query(ids, build, django_assert_num_queries):
    Invitation.objects.update(note="Hello", access_ends_at=ENDS)
    with django_assert_num_queries(1):
        assert build(ids) is not None


def test_what_the_inviter_wrote_is_set_apart_as_their_words(org, ids):
    Organization.objects.filter(pk=org.pk).update(trusted=True)
    Invitation.objects.update(note="Hello\n<there>")
    message = build_invitation(ids)
    assert message is not None
    assert "\n“Hello\n<there>”\n" in message.text
    quote = re.search(r"<blockquote[^>]*>.*?</blockquote>", message.html, re.DOTALL)
    assert quote is not None
    assert "border-left" in quote.group()
    assert "“Hello<br>&lt;there&gt;”" in quote.group()


@pytest.mark.parametrize("build", [build_invitation, build_reminder])
def test_either_mail_says_when_the_access_that_it_offers_ends(ids, build):
    assert "Access ends" not in build(ids).text
    Invitation.objects.update(access_ends_at=ENDS)
    message = build(ids)
    assert f"Access ends {ENDS:%A}" in message.text
    assert "Access ends</th>" in message.html


@pytest.mark.parametrize("build", [build_invitation, build_reminder])
def test_mail_is_written_where_role_and_inviter_have_gone(invitation, ids, build, django_assert_num_queries):
    Invitation.objects.update(role=None, invited_by=None)
    with django_assert_num_queries(1):
        message = build(ids)
    assert message is not None
    assert invitation.inviter_label in message.text
    assert "None" not in message.text + message.html


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"status": "revoked"},
        {"status": "accepted"},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"access_ends_at": timezone.now() - timedelta(seconds=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_none_is_wanted_of_what_is_no_longer_on_offer(ids, change):
    assert wanted(ids) is not None
    Invitation.objects.update(**change)
    assert wanted(ids) is None


def test_none_is_wanted_of_what_is_gone(invitation, ids):
    invitation.delete()
    assert wanted(ids) is None


def test_none_is_wanted_by_whoever_asked_for_no_more(invitation, ids, other_org):
    Refusal.objects.create(email="bo@example.org", organization=None)
    Refusal.objects.create(email=invitation.email, organization=other_org)
    assert wanted(ids) is not None, "of somebody else, and of another organization"
    own = Refusal.objects.create(email=invitation.email, organization=invitation.organization)
    assert wanted(ids) is None
    own.delete()
    Refusal.objects.create(email=invitation.email, organization=None)
    assert wanted(ids) is None


def test_none_is_wanted_in_the_name_of_an_account_that_staff_closed(owner, ids):
    type(owner.user).objects.filter(pk=owner.user_id).update(is_active=False)
    assert wanted(ids) is None


def test_reminders_that_are_off_are_not_written(invitation, ids):
    assert build_reminder(ids) is not None
    type(invitation.organization).objects.update(reminders=False)
    assert build_reminder(ids) is None
    assert build_invitation(ids) is not None
