"""Deleting roles one after the other is no way to fill somebody's inbox."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from invitations.actions.changing import change_offered_role
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from organizations.actions.deleting_roles import delete_role
from organizations.models import Membership, Organization, Role
from tests.factories import acting, count_again, offer, role_of
from tests.organizations.designing import design, hold, roles_of
from tests.organizations.test_role_pages_deleting import offered, words
from tests.witness import counters, written

UMA, MOST = "uma@example.org", 3
SAID = (
    "1 person who is invited to it got several invitations today, and this would mail another one. "
    "Try again tomorrow, or revoke the invitations instead."
)


@pytest.fixture(autouse=True)
def _strict(settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}
    settings.INVITATION_LIMITS = settings.INVITATION_LIMITS | {"address": 5, "address_from_one": MOST}


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, UMA)


def custom(owner: Membership, name: str = "Greeter") -> Role:
    return design(owner, name, "members.read", "roles.read", "organization.read")


def invited_to(role: Role, *emails: str, of: Organization | None = None) -> None:
    """These are invited to the role, as if it had been so from the beginning."""
    Invitation.objects.filter(email__in=emails, organization=of or role.organization).update(role=role)
    count_again(of or role.organization)


def replaced(by: Membership, *emails: str, with_nothing: bool = False) -> None:
    """A role is made, these are invited to it, and it goes."""
    role = custom(by, f"Greeter {uuid4().hex[:6]}")
    invited_to(role, *emails)
    instead = None if with_nothing else role_of(by.organization, "viewer")
    delete_role(actor=acting(by), role=role, move_to=None, invitations_to=instead)


def too_often(by: Membership, *emails: str) -> str:
    """Answers what is said when the role cannot go, with nothing changed by it."""
    with written() as news, pytest.raises(ValidationError) as refused:
        replaced(by, *emails)
    (problem,) = refused.value.error_dict["invitations_to"]
    assert problem.code == "too_often"
    assert [event.action for event in news.events] == ["role.created"]
    assert not news.mails
    invited_to(role_of(by.organization, "member"), *emails, of=by.organization)
    by.organization.custom_roles.all().delete()
    return str(problem.messages[0])


def test_of_any_number_of_roles_that_go_a_few_mail_in_a_day(org, owner, invitation):
    with written() as news:
        for _ in range(MOST - 1):
            replaced(owner, UMA)
    assert len(news.mails) == MOST - 1
    invitation.refresh_from_db()
    assert (invitation.version, invitation.status) == (MOST, "pending")
    assert too_often(owner, UMA) == SAID
    invitation.refresh_from_db()
    assert (invitation.version, invitation.status) == (MOST, "pending")
    counters(org)


def test_the_next_day_it_goes_on(owner, invitation):
    for _ in range(MOST - 1):
        replaced(owner, UMA)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        for _ in range(MOST):
            replaced(owner, UMA)
        assert too_often(owner, UMA) == SAID
    invitation.refresh_from_db()
    assert invitation.version == 2 * MOST


def test_one_more_invitation_to_the_same_address_is_no_way_round(org, owner, invitation):
    replaced(owner, UMA)
    invitation.refresh_from_db()
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    offer(owner, UMA)
    assert too_often(owner, UMA) == SAID


def test_sending_again_in_between_is_no_way_round(org, owner, invitation, django_capture_on_commit_callbacks):
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    with django_capture_on_commit_callbacks(execute=True):
        replaced(owner, UMA)
    assert too_often(owner, UMA) == SAID
    invitation.refresh_from_db()
    over = resend(actor=acting(owner), organization=org, invitations=[invitation]).passed_over
    assert [one.code for one in over] == ["too_often"]
    with pytest.raises(ValidationError, match="got several invitations today"):
        change_offered_role(actor=acting(owner), organization=org, invitation=invitation, role=role_of(org, "viewer"))


def test_what_all_organizations_mail_counts_together(org, owner, outsider, invitation):
    offer(outsider, UMA)
    replaced(outsider, UMA)
    replaced(outsider, UMA)
    replaced(owner, UMA)
    assert too_often(owner, UMA) == SAID


def test_a_role_that_could_not_go_counts_for_nobody(org, owner, invitation):
    other = offer(owner, "ove@example.org")
    for _ in range(MOST - 1):
        replaced(owner, UMA)
    for _ in range(3):
        assert too_often(owner, UMA, other.email).startswith("1 person who is")
    for _ in range(MOST - 1):
        assert resend(actor=acting(owner), organization=org, invitations=[other]).done
        other.refresh_from_db()


def test_the_sentence_says_how_many_they_are(owner, invitation):
    offer(owner, "ove@example.org")
    for _ in range(MOST - 1):
        replaced(owner, UMA, "ove@example.org")
    offer(owner, "ida@example.org")
    said = too_often(owner, UMA, "ove@example.org", "ida@example.org")
    assert said.startswith("2 people who are invited to it got several invitations today")


def test_they_can_be_revoked_instead(org, owner, invitation):
    for _ in range(MOST - 1):
        replaced(owner, UMA)
    with written() as news:
        replaced(owner, UMA, with_nothing=True)
    assert not news.mails
    invitation.refresh_from_db()
    assert invitation.status == "revoked"


def test_the_page_says_it_beside_the_choice_and_keeps_what_was_chosen(client_of, org, owner, member, invitation):
    for _ in range(MOST - 1):
        replaced(owner, UMA)
    role = custom(owner)
    hold(role, member)
    invited_to(role, UMA)
    address = reverse("organizations:role_delete", args=["marram", role.pk])
    chosen = {"move_to": str(role_of(org, "member").pk), "invitations_to": str(role_of(org, "viewer").pk)}
    before = roles_of(org)
    with written() as news:
        response = client_of(owner).post(address, chosen)
    assert news.nothing
    assert roles_of(org) == before
    html = response.content.decode()
    beside = html[html.index('id="id_invitations_to_error"') :]
    assert SAID in beside[: beside.index("</div>")]
    assert words(response).count(SAID) == 1
    for key in chosen.values():
        assert f'<option value="{key}" selected>' in html
    assert "Revoke" in offered(response, "invitations_to")
    done = client_of(owner).post(address, chosen | {"invitations_to": "none"})
    assert done.status_code == 302
    assert not org.custom_roles.exists()


def test_asking_takes_as_many_questions_for_many_as_for_one(org, owner, django_assert_max_num_queries):
    emails = [f"p{number}@example.org" for number in range(30)]
    for email in emails:
        offer(owner, email)
    for _ in range(MOST - 1):
        replaced(owner, *emails)
    role = custom(owner)
    invited_to(role, *emails)
    viewer = role_of(org, "viewer")
    with django_assert_max_num_queries(22), pytest.raises(ValidationError):
        delete_role(actor=acting(owner), role=role, move_to=None, invitations_to=viewer)
