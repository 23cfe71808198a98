"""An action is one change: its steps in order, all of it or nothing, and quiet where nothing would change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.actors import Actor
from audit.models import Chain, Event
from invitations.actions.answering import accept, decline
from invitations.actions.offering import invite
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from mail.models import Mail
from organizations.actions.base import action
from organizations.actions.members import leave
from organizations.actions.organizations import create_organization
from organizations.actions.outcome import Outcome
from organizations.actions.plans import set_seats
from organizations.models import Membership, Organization
from tests.factories import acting, count_again, deactivate, end_at, give_role, invitee, offer, role_of
from tests.witness import counters, undone, written

# Who acts is read again under the lock: what they held when the page was opened counts for nothing.


def demote(membership: Membership) -> None:
    give_role(membership, "viewer")


def take_role(membership: Membership) -> None:
    give_role(membership, None)


def lapse(membership: Membership) -> None:
    end_at(membership, timezone.now() - timedelta(seconds=1))


def remove(membership: Membership) -> None:
    leave(actor=acting(membership), membership=membership)


def deactivate_account(membership: Membership) -> None:
    User.objects.filter(pk=membership.user_id).update(is_active=False)


def _invite(actor: Actor, org: Organization, invitation: Invitation) -> str:
    with pytest.raises(PermissionDenied) as refusal:
        invite(actor=actor, organization=org, addresses=["ove@example.org"], role=role_of(org, "viewer"), days=7)
    return str(refusal.value)


def _each(change: Callable[..., Outcome[Invitation]], actor: Actor, org: Organization, invitation: Invitation) -> str:
    """Why the change was not made: whoever is here still is told of each invitation, all others of themselves."""
    try:
        outcome = change(actor=actor, organization=org, invitations=[invitation])
    except PermissionDenied as refusal:
        return str(refusal)
    assert not outcome.done
    return outcome.passed_over[0].reason


DEEDS: dict[str, Callable[[Actor, Organization, Invitation], str]] = {
    "invite": _invite,
    "resend": partial(_each, resend),
    "revoke": partial(_each, revoke),
}


@pytest.mark.parametrize("meanwhile", [demote, take_role, deactivate, lapse, remove, deactivate_account])
@pytest.mark.parametrize("deed", DEEDS)
def test_actor_who_lost_it_meanwhile_is_refused(owner, org, admin, deed, meanwhile):
    actor = acting(admin)
    invitation = offer(owner, "ines@example.org")
    meanwhile(admin)
    with written() as news:
        assert DEEDS[deed](actor, org, invitation)
    assert not [event for event in news.events if event.entity == "invitation"]
    assert not news.mails
    invitation.refresh_from_db()
    assert (invitation.status, invitation.version) == ("pending", 1)


def test_actor_who_gained_it_meanwhile_acts_with_it(org, viewer):
    actor = acting(viewer)
    give_role(viewer, "admin")
    outcome = invite(actor=actor, organization=org, addresses=["ove@example.org"], role=role_of(org, "admin"), days=7)
    assert len(outcome.done) == 1


@pytest.mark.parametrize("known", [True, False])
def test_grants_that_somebody_claims_count_for_nothing(org, owner, viewer, known):
    claimed = replace(acting(viewer), id=viewer.user_id if known else None, grants=acting(owner).grants, owns=True)
    with pytest.raises(PermissionDenied):
        invite(actor=claimed, organization=org, addresses=["ove@example.org"], role=role_of(org, "owner"), days=7)


def test_actor_of_another_organization_is_refused(org, outsider):
    with written() as news, pytest.raises(PermissionDenied, match="no longer an active member of Marram"):
        invite(
            actor=acting(outsider),
            organization=org,
            addresses=["ove@example.org"],
            role=role_of(org, "viewer"),
            days=7,
        )
    assert news.nothing


def test_demoted_owner_who_leaves_is_not_taken_for_the_last_one(owner, admin):
    give_role(admin, "owner")
    stale = acting(admin)
    give_role(admin, "member")
    leave(actor=stale, membership=admin)
    assert not Membership.objects.filter(pk=admin.pk).exists()


def test_promoted_member_who_leaves_is_taken_for_the_last_owner(org, owner, member):
    stale = acting(member)
    give_role(member, "owner")
    Membership.objects.filter(pk=owner.pk).update(status="deactivated")
    count_again()
    with pytest.raises(PermissionDenied, match="last owner of Marram Instruments"):
        leave(actor=stale, membership=member)


# What the action is about is read again, too.


def test_targets_are_read_again_under_the_lock(owner, org):
    held = offer(owner, "ines@example.org")
    revoke(actor=acting(owner), organization=org, invitations=[Invitation.objects.get(pk=held.pk)])
    assert held.status == "pending"  # as this caller still thinks
    with written() as news:
        outcome = resend(actor=acting(owner), organization=org, invitations=[held])
    assert [one.reason for one in outcome.passed_over] == ["The invitation to ines@example.org is revoked."]
    assert news.nothing


def test_organization_is_read_again_under_the_lock(owner, org):
    offer(owner, "one@example.org")
    assert org.reserved_seats == 0  # as this caller still thinks
    offer(owner, "two@example.org")
    assert counters(org) == (1, 0, 2)


def test_role_is_read_again_under_the_lock(org, admin):
    claimed = role_of(org, "owner")
    claimed.owns, claimed.grants = False, []
    with pytest.raises(PermissionDenied, match="Only an owner can make another one"):
        invite(actor=acting(admin), organization=org, addresses=["ines@example.org"], role=claimed, days=7)


# Nothing changes: nothing is written down and nobody is told.


def test_inviting_who_belongs_or_is_invited_already_is_quiet(owner, org, member):
    offer(owner, "ines@example.org")
    with written() as news:
        outcome = invite(
            actor=acting(owner),
            organization=org,
            addresses=["INES@example.org", member.email],
            role=role_of(org, "admin"),
            days=7,
        )
    assert not outcome.done
    assert {one.who: one.reason for one in outcome.passed_over} == {
        "ines@example.org": "This address is invited already. Send that invitation again instead.",
        member.email: "This person belongs to Marram Instruments already.",
    }
    assert news.nothing
    assert counters(org) == (2, 0, 1)


def test_revoking_twice_is_quiet(owner, org):
    invitation = offer(owner, "ines@example.org")
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    with written() as news:
        outcome = revoke(actor=acting(owner), organization=org, invitations=[invitation])
    assert (outcome.done, outcome.passed_over) == ([], [])
    assert news.nothing
    assert counters(org) == (1, 0, 0)


def test_accepting_twice_is_quiet_and_answers_the_same_membership(owner, org, stranger):
    invitation = offer(owner, stranger.email)
    first = accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    with written() as news:
        second = accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    assert first == second
    assert news.nothing
    assert counters(org) == (2, 0, 0)


def test_declining_twice_is_quiet(owner, org):
    invitation = offer(owner, "ines@example.org")
    decline(actor=invitee(None, "ines@example.org"), invitation=invitation, version=invitation.version)
    with written() as news:
        decline(actor=invitee(None, "ines@example.org"), invitation=invitation, version=invitation.version)
    assert news.nothing
    assert counters(org) == (1, 0, 0)


def test_leaving_twice_is_quiet(org, member):
    actor = acting(member)
    held = Membership.objects.get(pk=member.pk)
    leave(actor=actor, membership=member)
    with written() as news:
        leave(actor=actor, membership=held)
    assert news.nothing
    assert counters(org) == (1, 0, 0)


def test_setting_the_same_seats_is_quiet(org, staff):
    set_seats(actor=acting(staff), organization=org, seats=20)
    with written() as news:
        set_seats(actor=acting(staff), organization=org, seats=20)
    assert news.nothing


# Change, event and mail stand in one transaction.


def test_change_event_and_mail_are_undone_together(owner, org):
    with written() as news, undone():
        offer(owner, "ines@example.org")
        assert Event.objects.filter(action="invitation.sent").exists()
        assert Mail.objects.filter(kind="invitations.invitation").exists()
    assert news.nothing
    assert not Invitation.objects.exists()
    assert counters(org) == (1, 0, 0)


def test_change_whose_event_cannot_be_written_does_not_happen(owner, org):
    chain = Chain.objects.get(pk=org.pk)
    taken = Event.objects.filter(chain_id=org.pk).first()
    taken.pk, taken.number = User().pk, chain.length + 1
    taken.save(force_insert=True)
    with written() as news, pytest.raises(IntegrityError), transaction.atomic():
        offer(owner, "ines@example.org")
    assert news.nothing
    assert not Invitation.objects.exists()
    assert counters(org) == (1, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_outermost_action_opens_the_transaction(org):
    seen: list[bool] = []

    @action
    def look(*, organization: Organization) -> None:
        seen.append(connection.in_atomic_block)

    assert not connection.in_atomic_block
    look(organization=org)
    assert seen == [True]
    assert not connection.in_atomic_block


def test_celery_is_nudged_on_commit_only(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as nudges:
        offer(owner, "ines@example.org")
    assert len(nudges) == 1
    with django_capture_on_commit_callbacks() as nudges, undone():
        offer(owner, "ove@example.org")
    assert nudges == []


# The time is read once.


def test_everything_of_one_action_has_one_time(owner, org):
    with time_machine.travel("2027-03-01 10:00:00Z", tick=True):
        outcome = invite(
            actor=acting(owner),
            organization=org,
            addresses=["one@example.org", "two@example.org"],
            role=role_of(org, "member"),
            days=7,
        )
    events = Event.objects.filter(action="invitation.sent")
    rows = Invitation.objects.filter(pk__in=[one.pk for one in outcome.done])
    moments = {event.at for event in events} | {moment for row in rows for moment in (row.created_at, row.sent_at)}
    assert len(moments) == 1
    assert {row.expires_at - timedelta(days=7) for row in rows} == moments


def test_organization_its_first_membership_and_their_events_have_one_time(stranger):
    with time_machine.travel("2027-03-01 10:00:00Z", tick=True):
        membership = create_organization(
            actor=acting(stranger), user=stranger, name="Dune", slug="dune", scheme="standard"
        )
    events = Event.objects.filter(chain_id=membership.organization_id)
    assert [event.action for event in events.order_by("number")] == ["organization.created", "member.added"]
    moments = {event.at for event in events} | {membership.joined_at, membership.organization.created_at}
    assert len(moments) == 1


# The single form is the bulk form.


@pytest.mark.parametrize("count", [1, 3])
def test_one_target_or_several_are_the_same_action(owner, org, count):
    addresses = [f"person{number}@example.org" for number in range(count)]
    with written() as news:
        sent = invite(
            actor=acting(owner), organization=org, addresses=addresses, role=role_of(org, "member"), days=7
        ).done
        again = resend(actor=acting(owner), organization=org, invitations=sent).done
        gone = revoke(actor=acting(owner), organization=org, invitations=again).done
    assert [one.email for one in gone] == addresses
    assert news.actions == ["invitation.sent"] * count + ["invitation.resent"] * count + ["invitation.revoked"] * count
    assert len(news.mails) == 2 * count
    assert counters(org) == (1, 0, 0)


def test_bulk_says_who_was_passed_over_and_why(owner, org, stranger):
    taken, open_still = offer(owner, stranger.email), offer(owner, "ove@example.org")
    accept(actor=invitee(stranger), user=stranger, invitation=taken, version=1)
    with written() as news:
        outcome = revoke(actor=acting(owner), organization=org, invitations=[taken, open_still])
    assert [one.email for one in outcome.done] == ["ove@example.org"]
    assert [(one.who, one.reason) for one in outcome.passed_over] == [
        (stranger.email, f"The invitation to {stranger.email} is accepted.")
    ]
    assert news.actions == ["invitation.revoked"]
