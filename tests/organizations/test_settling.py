"""What has lapsed is written down before an action looks, and by the clock. Whether it has is decided at read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audit.actors import SYSTEM
from audit.models import Event
from invitations.actions.offering import invite
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from mail.models import Mail
from organizations.actions.organizations import settle_lapsed
from organizations.actions.plans import set_seats
from organizations.models import Membership, Organization
from organizations.tasks import settle
from tests.factories import UserFactory, acting, deactivate, end_at, found, give_role, join, offer, pending, role_of
from tests.witness import counters, deliver, written

AGO = timedelta(seconds=1)


def test_action_settles_lapsed_memberships_and_invitations_first(org, owner, member):
    end_at(member, timezone.now() - AGO)
    pending(org, 2, ends=timezone.now() - AGO)
    with written() as news:
        offer(owner, "ines@example.org")
    assert news.actions == ["member.lapsed", "invitation.expired", "invitation.expired", "invitation.sent"]
    assert counters(org) == (1, 1, 1)
    member.refresh_from_db()
    assert member.status == "deactivated"
    lapsed = news.events[0]
    assert (lapsed.actor_kind, lapsed.actor_label, lapsed.type) == ("system", "Roster", "SYSTEM_ACTION")
    assert (lapsed.target_id, lapsed.target_label) == (member.user_id, "Mina Haddad")
    assert (lapsed.before, lapsed.after["status"]) == ({"status": "active"}, "deactivated")
    assert len({event.at for event in news.events}) == 1


def test_action_settles_only_the_organizations_that_it_locks(org, owner, other_org):
    pending(other_org, 1, ends=timezone.now() - AGO)
    offer(owner, "ines@example.org")
    assert Invitation.objects.get(organization=other_org).status == "pending"


def test_lapsed_seat_is_free_for_the_action_that_finds_it(org, owner, staff):
    set_seats(actor=acting(staff), organization=org, seats=2)
    pending(org, 1, ends=timezone.now() - AGO)
    offer(owner, "ines@example.org")
    assert counters(org) == (1, 0, 1)


def test_lapsed_invitation_makes_room_for_a_new_one_to_the_same_address(org, owner):
    first = offer(owner, "ines@example.org", days=1)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        second = offer(owner, "ines@example.org")
    first.refresh_from_db()
    assert (first.status, second.status) == ("expired", "pending")
    assert counters(org) == (1, 0, 1)


def test_nothing_is_settled_before_its_time(org, owner, member):
    end_at(member, timezone.now() + timedelta(hours=1))
    with written() as news:
        offer(owner, "ines@example.org")
    assert news.actions == ["invitation.sent"]


def test_settling_is_undone_with_the_action_that_was_refused(org, viewer):
    pending(org, 1, ends=timezone.now() - AGO)
    with written() as news, pytest.raises(PermissionDenied):
        offer(viewer, "ines@example.org")
    assert news.nothing
    assert counters(org) == (2, 0, 1)


def test_next_moment_at_which_something_lapses_is_remembered(org, owner):
    now = timezone.now()
    assert Organization.objects.get(pk=org.pk).settles_at is None
    first, second = offer(owner, "one@example.org", days=3), offer(owner, "two@example.org", days=1)
    assert Organization.objects.get(pk=org.pk).settles_at == second.expires_at
    with time_machine.travel(now + timedelta(days=2)):
        settle()
    assert Organization.objects.get(pk=org.pk).settles_at == first.expires_at
    revoke(actor=acting(owner), organization=org, invitations=[first])
    with time_machine.travel(now + timedelta(days=4)), written() as news:
        settle()
    assert news.nothing
    assert Organization.objects.get(pk=org.pk).settles_at is None


def test_clock_settles_every_organization_that_is_due(org, owner, member, other_org):
    end_at(member, timezone.now() - AGO)
    pending(other_org, 3, ends=timezone.now() - AGO)
    with written() as news:
        settle()
    assert Counter(news.actions) == {"member.lapsed": 1, "invitation.expired": 3}
    assert counters(org) == (1, 1, 0)
    assert counters(other_org) == (1, 0, 0)
    with written() as news:
        settle()
    assert news.nothing


def test_clock_commits_at_most_500_at_once_joined_by_a_batch(org, owner, other_org):
    past = timezone.now() - AGO
    users = UserFactory.create_batch(30)
    for user in users:
        join(owner, user)
    Membership.objects.filter(user__in=users).update(ends_at=past)
    pending(org, 1_100, ends=past)
    pending(other_org, 1, ends=past)
    with written() as news:
        settle()
    here = [event for event in news.events if event.chain_id == org.pk]
    chunks = Counter(event.at for event in here)  # an action reads the time once
    assert sorted(chunks.values(), reverse=True) == [500, 500, 130]
    assert len({event.batch for event in here}) == 1
    assert {event.batch for event in here} != {event.batch for event in news.events if event.chain_id == other_org.pk}
    assert None not in {event.batch for event in news.events}
    assert counters(org) == (1, 30, 0)


def test_settling_more_organizations_than_are_read_at_once(db):
    user = UserFactory()
    for number in range(105):
        pending(found(user, f"Team {number}", f"team-{number}").organization, 1, ends=timezone.now() - AGO)
    settle()
    assert not Invitation.objects.filter(status="pending").exists()


def test_settling_what_is_not_due_changes_nothing(org, owner):
    offer(owner, "ines@example.org")
    with written() as news:
        assert not settle_lapsed(actor=SYSTEM, organization=org, batch=org.pk)
    assert news.nothing


# What has lapsed grants nothing, whether or not anything was written down.


def test_membership_past_its_end_grants_nothing_before_it_is_settled(org, admin):
    end = timezone.now() + timedelta(hours=1)
    end_at(admin, end)
    admin.refresh_from_db()
    assert admin.as_actor(end - AGO).grants
    assert not admin.as_actor(end).grants
    assert list(org.memberships.active(end - AGO).filter(pk=admin.pk)) == [admin]
    assert not org.memberships.active(end).filter(pk=admin.pk).exists()


@pytest.mark.parametrize("ended", ["deactivated", "without a role", "past its end"])
def test_membership_that_has_ended_grants_nothing(admin, ended):
    if ended == "deactivated":
        deactivate(admin)
    elif ended == "without a role":
        give_role(admin, None)
    else:
        end_at(admin, timezone.now() - AGO)
    actor = acting(admin)
    assert (actor.grants, actor.owns) == (frozenset(), False)


def test_expired_invitation_is_not_mailed(owner):
    offer(owner, "ines@example.org", days=1)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert deliver() == []
    assert Mail.objects.get(kind="invitations.invitation").state == "dropped"


def test_expired_offer_is_not_counted_among_the_pending(org, owner):
    invitation = offer(owner, "ines@example.org", days=1)
    now = timezone.now()
    for at, status in ((now, "pending"), (invitation.expires_at, "expired")):
        assert invitation.status_at(at) == status
        assert list(org.invitations.with_status(status, at)) == [invitation]
    assert not org.invitations.with_status("expired", now)
    assert not org.invitations.pending(invitation.expires_at)


def test_bulk_that_finds_something_lapsed_gives_its_events_one_order(org, owner):
    pending(org, 2, ends=timezone.now() - AGO)
    invite(
        actor=acting(owner),
        organization=org,
        addresses=["one@example.org", "two@example.org"],
        role=role_of(org, "member"),
        days=7,
    )
    numbered = Event.objects.filter(chain_id=org.pk).order_by("number").values_list("action", flat=True)
    assert list(numbered)[-4:] == ["invitation.expired"] * 2 + ["invitation.sent"] * 2


def test_organization_that_cannot_be_settled_keeps_no_other_waiting(org, outsider, caplog):
    long_ago = timezone.now() - timedelta(days=2)
    pending(org, 2, ends=long_ago)
    pending(outsider.organization, 2, ends=timezone.now() - AGO)
    # Counters that are wrong, as they never should be: the constraint refuses to count below zero.
    Organization.objects.filter(pk=org.pk).update(reserved_seats=0)
    settle()
    assert "could not be settled" in caplog.text
    assert counters(outsider.organization) == (1, 0, 0)
    assert Invitation.objects.filter(organization=org, status="pending").count() == 2
