"""Who accepts is signed in, and has shown that the invited address is theirs; everything else is asked again then."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from invitations.actions.answering import accept, decline
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from organizations.actions.members import leave
from organizations.actions.plans import set_seats
from organizations.models import Membership, Role
from tests.factories import (
    UserFactory,
    acting,
    count_again,
    deactivate,
    end_at,
    found,
    give_role,
    invitee,
    join,
    offer,
    role_of,
)
from tests.organizations.designing import design, hold
from tests.witness import counters, written


def accepting(user: User, invitation: Invitation, version: int = 1) -> Membership:
    return accept(actor=invitee(user), user=user, invitation=invitation, version=version)


def refused(user: User, invitation: Invitation, version: int = 1) -> str:
    """The code of the refusal, having made sure that nothing changed."""
    before = Invitation.objects.values().get(pk=invitation.pk)
    with written() as news, pytest.raises(ValidationError) as refusal:
        accepting(user, invitation, version)
    assert news.nothing
    assert Invitation.objects.values().get(pk=invitation.pk) == before
    assert refusal.value.messages
    return str(refusal.value.code)


def test_accepting_makes_one_member_with_the_role_in_the_reserved_seat(org, owner, stranger):
    invitation = offer(owner, stranger.email, "admin")
    assert counters(org) == (1, 0, 1)
    with written() as news:
        membership = accepting(stranger, invitation)
    assert (membership.organization, membership.user, membership.role.key) == (org, stranger, "admin")
    assert (membership.source, membership.name, membership.email) == ("invitation", "Ines Duarte", stranger.email)
    assert news.actions == ["member.joined"]
    assert news.events[0].after == {"role": "Admin", "source": "invitation"}
    assert (news.events[0].actor_kind, news.events[0].actor_id) == ("invitee", stranger.pk)
    assert not news.mails
    invitation.refresh_from_db()
    assert (invitation.status, invitation.accepted_by) == ("accepted", stranger)
    assert invitation.answered_at == membership.joined_at == news.events[0].at
    assert counters(org) == (2, 0, 0)


# Account, address, verified. The invitation is for ines@example.org.


@pytest.mark.parametrize(
    ("main", "main_verified", "second", "second_verified", "may"),
    [
        ("ines@example.org", True, None, None, True),
        ("ines@example.org", False, None, None, False),
        ("ove@example.org", True, None, None, False),
        ("ove@example.org", True, "ines@example.org", True, True),
        ("ove@example.org", True, "ines@example.org", False, False),
        ("ove@example.org", False, "ines@example.org", True, True),
        ("ines@example.org", False, "ove@example.org", True, False),
        ("ines+work@example.org", True, None, None, False),
        ("ines@example.org.example.net", True, None, None, False),
    ],
)
def test_verified_address_of_the_account_must_be_the_invited_one(
    owner, main, main_verified, second, second_verified, may
):
    user = UserFactory(email=main, verified=main_verified)
    if second:
        EmailAddress.objects.create(user=user, email=second, verified=second_verified)
    invitation = offer(owner, "ines@example.org")
    if may:
        assert accepting(user, invitation).user == user
    else:
        assert refused(user, invitation) == "other_address"


def test_verified_address_of_somebody_else_does_not_count(owner, stranger):
    thief = UserFactory(email="ove@example.org")
    assert refused(thief, offer(owner, stranger.email)) == "other_address"


def test_refusal_names_the_address_and_what_to_do(owner, stranger):
    invitation = offer(owner, "ines.duarte@example.com")
    with pytest.raises(ValidationError) as refusal:
        accepting(stranger, invitation)
    assert refusal.value.messages == [
        "This invitation is for ines.duarte@example.com. Sign in with that address, or add it to this account first."
    ]


def test_nobody_accepts_for_somebody_else(owner, stranger):
    invitation = offer(owner, stranger.email)
    with pytest.raises(PermissionDenied):
        accept(actor=acting(owner), user=stranger, invitation=invitation, version=1)
    assert not Membership.objects.filter(user=stranger).exists()


def test_deactivated_account_cannot_accept(owner, stranger):
    invitation = offer(owner, stranger.email)
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    assert refused(stranger, invitation) == "other_address"


# Used, ended, changed.


def test_offer_is_used_once(owner, stranger):
    """Whoever accepted it and left does not come back with it; nor does somebody who took over the address."""
    invitation = offer(owner, stranger.email)
    membership = accepting(stranger, invitation)
    leave(actor=acting(membership), membership=membership)
    assert refused(stranger, invitation) == "accepted"
    EmailAddress.objects.filter(user=stranger).delete()
    assert refused(_heir(stranger), invitation) == "accepted"


def _heir(former: User) -> User:
    heir = UserFactory(email="heir@example.org")
    EmailAddress.objects.create(user=heir, email=former.email, verified=True)
    return heir


def test_revoked_offer_is_refused(owner, org, stranger):
    invitation = offer(owner, stranger.email)
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    assert refused(stranger, invitation) == "revoked"


def test_declined_offer_is_refused(owner, stranger):
    invitation = offer(owner, stranger.email)
    decline(actor=invitee(stranger), invitation=invitation, version=invitation.version)
    assert refused(stranger, invitation) == "declined"


def test_expired_offer_is_refused_whether_or_not_it_was_written_down(owner, stranger):
    invitation = offer(owner, stranger.email, days=1)
    with time_machine.travel(invitation.expires_at, tick=False):
        assert refused(stranger, invitation) == "expired"
    with time_machine.travel(invitation.expires_at - timedelta(seconds=1), tick=False):
        accepting(stranger, invitation)


def test_offer_that_was_sent_again_takes_the_newest_version_only(owner, org, stranger):
    invitation = offer(owner, stranger.email)
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    assert refused(stranger, invitation, version=1) == "changed"
    assert refused(stranger, invitation, version=3) == "changed"
    accepting(stranger, invitation, version=2)


def test_member_is_not_made_a_member_twice(owner, member):
    invitation = offer(owner, "mina.haddad@example.com")
    EmailAddress.objects.create(user=member.user, email=invitation.email, verified=True)
    assert refused(member.user, invitation) == "already_member"


def test_deactivated_member_does_not_come_back_by_another_address(owner, deactivated):
    invitation = offer(owner, "dario.conti@example.com")
    EmailAddress.objects.create(user=deactivated.user, email=invitation.email, verified=True)
    assert refused(deactivated.user, invitation) == "already_member"


def test_role_that_no_longer_exists_is_not_given(owner, org, stranger):
    invitation = offer(owner, stranger.email)
    Invitation.objects.filter(pk=invitation.pk).update(role=None)
    count_again()
    assert refused(stranger, invitation) == "no_role"


def test_role_and_organization_come_from_the_row(owner, outsider, stranger):
    invitation = offer(owner, stranger.email, "viewer")
    invitation.role = Role.objects.get(scheme="standard", key="owner")
    invitation.email = "somebody@example.org"
    assert accepting(stranger, invitation).role.key == "viewer"


def test_organization_that_somebody_claims_counts_for_nothing(owner, stranger):
    invitation = offer(owner, stranger.email, "viewer")
    invitation.organization = found(owner.user, "Dune", "dune").organization
    assert refused(stranger, invitation) == "gone"


# Whoever invited must still be able to.


def leaves_after_handing_over(inviter: Membership) -> None:
    Membership.objects.filter(pk=inviter.pk).delete()


def account_deactivated(inviter: Membership) -> None:
    User.objects.filter(pk=inviter.user_id).update(is_active=False)


def account_deleted(inviter: Membership) -> None:
    Invitation.objects.filter(invited_by=inviter.user_id).update(invited_by=None)


def past_their_end(inviter: Membership) -> None:
    """And nothing has written that down: the organization knows of no moment at which something lapses."""
    Membership.objects.filter(pk=inviter.pk).update(ends_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda inviter: give_role(inviter, "member"),
        lambda inviter: give_role(inviter, None),
        past_their_end,
        deactivate,
        leaves_after_handing_over,
        account_deactivated,
        account_deleted,
    ],
    ids=["demoted", "without a role", "lapsed", "deactivated", "gone", "account deactivated", "account deleted"],
)
def test_offer_of_someone_who_may_no_longer_make_it_is_refused(admin, stranger, meanwhile):
    invitation = offer(admin, stranger.email)
    meanwhile(admin)
    assert refused(stranger, invitation) == "inviter_may_not"


def test_offer_of_someone_whose_access_ended_by_itself_is_withdrawn_before_it_is_looked_at(admin, stranger):
    invitation = offer(admin, stranger.email)
    end_at(admin, timezone.now() - timedelta(seconds=1))
    assert refused(stranger, invitation) == "revoked"


def test_offer_of_an_owner_who_became_an_admin_stands_for_what_an_admin_may_give(owner, org, admin):
    second = join(owner, UserFactory(), "owner")
    viewer, other_owner = UserFactory(), UserFactory()
    small, large = offer(second, viewer.email, "viewer"), offer(second, other_owner.email, "owner")
    give_role(second, "admin")
    accepting(viewer, small)
    assert refused(other_owner, large) == "inviter_may_not"


def test_offer_that_somebody_else_sent_again_is_theirs(owner, org, admin, stranger):
    invitation = offer(admin, stranger.email)
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    leave(actor=acting(admin), membership=admin)
    assert accepting(stranger, invitation, version=2).role.key == "member"


def test_offer_of_who_left_and_came_back_stays_revoked(owner, admin, stranger):
    invitation = offer(admin, stranger.email)
    person = admin.user
    leave(actor=acting(admin), membership=admin)
    join(owner, person, "admin")
    assert refused(stranger, invitation) == "revoked"


def test_inviter_of_another_organization_does_not_count(owner, stranger):
    """The same person may own another team; what counts is what they hold here."""
    found(owner.user, "Dune", "dune")
    invitation = offer(owner, stranger.email)
    Membership.objects.filter(pk=owner.pk).update(role=Role.objects.get(scheme="standard", key="viewer"))
    count_again()
    assert refused(stranger, invitation) == "inviter_may_not"


# Seats.


def test_accepting_takes_the_reserved_seat_even_where_the_limit_was_lowered(org, owner, stranger, staff):
    invitation = offer(owner, stranger.email)
    set_seats(actor=acting(staff), organization=org, seats=1)
    accepting(stranger, invitation)
    assert counters(org) == (2, 0, 0)


@pytest.mark.parametrize("signed_in", [True, False])
def test_declining_frees_the_seat(org, owner, stranger, staff, signed_in):
    set_seats(actor=acting(staff), organization=org, seats=2)
    invitation = offer(owner, stranger.email)
    with written() as news:
        decline(
            actor=invitee(stranger if signed_in else None, stranger.email),
            invitation=invitation,
            version=invitation.version,
        )
    assert news.actions == ["invitation.declined"]
    assert news.events[0].actor_label == ("Ines Duarte" if signed_in else stranger.email)
    assert counters(org) == (1, 0, 0)
    offer(owner, "ove@example.org")


@pytest.mark.parametrize("ended", ["revoked", "accepted", "expired"])
def test_ended_offer_cannot_be_declined(owner, org, stranger, ended):
    invitation = offer(owner, stranger.email, days=1)
    if ended == "revoked":
        revoke(actor=acting(owner), organization=org, invitations=[invitation])
    elif ended == "accepted":
        accepting(stranger, invitation)
    when = invitation.expires_at if ended == "expired" else timezone.now()
    with time_machine.travel(when), written() as news, pytest.raises(ValidationError) as refusal:
        decline(actor=invitee(stranger), invitation=invitation, version=invitation.version)
    assert refusal.value.code == ended
    assert news.nothing


def test_older_version_cannot_be_declined(owner, org, stranger):
    invitation = offer(owner, stranger.email)
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    with written() as news, pytest.raises(ValidationError) as refusal:
        decline(actor=invitee(stranger), invitation=invitation, version=1)
    assert refusal.value.code == "changed"
    assert news.nothing


def test_offer_sent_again_by_someone_who_only_looks_after_invitations_can_be_accepted(owner, org, member, stranger):
    grants = role_of(org, "viewer").grants
    hold(design(owner, "Desk", *grants, "invitations.read", "invitations.update"), member)
    small, large = offer(owner, stranger.email, "viewer"), offer(owner, "uma@example.org", "admin")
    outcome = resend(actor=acting(member), organization=org, invitations=[small, large])
    assert [one.email for one in outcome.done] == [stranger.email]
    assert accepting(stranger, small, version=2).role.key == "viewer"


def test_offer_of_a_role_that_the_scheme_no_longer_declares_is_not_accepted(owner, stranger):
    invitation = offer(owner, stranger.email, "viewer")
    Role.objects.filter(pk=invitation.role.pk).update(retired=True)
    assert refused(stranger, invitation) == "inviter_may_not"
