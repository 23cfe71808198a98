"""People leave by themselves: never the last owner, and what they had offered goes with them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from invitations.models import Invitation
from organizations.actions.members import leave
from organizations.models import Membership
from tests.factories import acting, give_role, offer
from tests.witness import counters, deliver, written


def test_member_leaves(org, member):
    with written() as news:
        leave(actor=acting(member), membership=member)
    assert news.actions == ["member.left"]
    event = news.events[0]
    assert (event.actor_label, event.target_label) == ("Mina Haddad", "Mina Haddad")
    assert event.before == {"role": "Member", "status": "active"}
    assert not org.memberships.filter(user=member.user_id).exists()
    assert counters(org) == (1, 0, 0)


def test_deactivated_person_may_leave_for_good(org, deactivated):
    leave(actor=acting(deactivated), membership=deactivated)
    assert counters(org) == (1, 0, 0)


def test_last_owner_cannot_leave(org, owner, admin):
    with written() as news, pytest.raises(PermissionDenied) as refusal:
        leave(actor=acting(owner), membership=owner)
    assert str(refusal.value) == ("You are the last owner of Marram Instruments. Make someone else an owner first.")
    assert news.nothing
    assert counters(org) == (2, 0, 0)


def test_one_of_two_owners_may_leave_and_then_none(org, owner, admin):
    give_role(admin, "owner")
    leave(actor=acting(owner), membership=owner)
    with pytest.raises(PermissionDenied, match="last owner"):
        leave(actor=acting(admin), membership=admin)
    assert counters(org) == (1, 0, 0)


@pytest.mark.parametrize("who", ["owner", "staff", "outsider"])
def test_nobody_leaves_for_somebody_else(request, org, member, who):
    actor = acting(request.getfixturevalue(who))
    with written() as news, pytest.raises(PermissionDenied):
        leave(actor=actor, membership=member)
    assert news.nothing
    assert Membership.objects.filter(pk=member.pk).exists()


def test_invitations_of_who_left_are_revoked_and_no_others(org, owner, admin):
    theirs = [offer(admin, "ines@example.org"), offer(admin, "ove@example.org")]
    mine = offer(owner, "uma@example.org")
    with written() as news:
        leave(actor=acting(admin), membership=admin)
    assert news.actions == ["invitation.revoked", "invitation.revoked", "member.left"]
    assert {event.target_label for event in news.events[:2]} == {"ines@example.org", "ove@example.org"}
    assert news.events[0].after == {"status": "revoked", "reason": "its inviter no longer belongs here"}
    assert set(Invitation.objects.filter(status="revoked")) >= set(theirs)
    assert [letter.to for letter in deliver() if "uma@example.org" in letter.to] == [[mine.email]]
    assert counters(org) == (1, 0, 1)


def test_mail_of_an_offer_that_went_with_its_maker_is_not_sent(admin):
    offer(admin, "ines@example.org")
    leave(actor=acting(admin), membership=admin)
    assert [letter for letter in deliver() if letter.to == ["ines@example.org"]] == []


def test_other_organizations_of_who_left_stay_as_they_are(org, owner, other_org, outsider, admin):
    from_other = offer(outsider, "ines@example.org")
    leave(actor=acting(admin), membership=admin)
    from_other.refresh_from_db()
    assert from_other.status == "pending"
    assert counters(other_org) == (1, 0, 1)


def test_owner_whose_account_is_deactivated_is_no_other_owner(org, owner, admin):
    give_role(admin, "owner")
    User.objects.filter(pk=admin.user_id).update(is_active=False)
    with written() as news, pytest.raises(PermissionDenied, match="last owner"):
        leave(actor=acting(owner), membership=owner)
    assert news.nothing
