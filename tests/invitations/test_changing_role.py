"""Another role for somebody who is invited: the offer stays, its link is a new one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from invitations.actions.changing import change_offered_role
from invitations.actions.offering import invite
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from organizations.models import Membership
from tests.factories import acting, give_role, offer, role_of
from tests.organizations.designing import design, hold
from tests.witness import counters, deliver, link_in, written


def change(by: Membership, invitation: Invitation, role: str) -> Invitation:
    org = by.organization
    return change_offered_role(actor=acting(by), organization=org, invitation=invitation, role=role_of(org, role))


def where(invitation: Invitation) -> str:
    return f"/o/marram/invitations/{invitation.pk}/role/"


def test_role_changes_with_event_and_a_new_link_and_the_rest_stays(client_of, org, owner, admin):
    ends = timezone.now() + timedelta(days=90)
    invitation = invite(
        actor=acting(owner),
        organization=org,
        addresses=["ines@example.org"],
        role=role_of(org, "member"),
        days=7,
        access_ends_at=ends,
    ).done[0]
    older = link_in(deliver()[-1])
    with written() as news:
        change(admin, invitation, "viewer")
    found = Invitation.objects.get(pk=invitation.pk)
    assert (found.role.key, found.version, found.invited_by) == ("viewer", 2, admin.user)
    assert (found.expires_at, found.access_ends_at) == (invitation.expires_at, ends)
    assert news.actions == ["invitation.role_changed"]
    assert (news.events[0].before["role"], news.events[0].after["role"]) == ("Member", "Viewer")
    assert [mail.key for mail in news.mails] == [found.mail_key]
    assert counters(org) == (2, 0, 1)
    assert org.headcounts.get(role=role_of(org, "viewer")).invited == 1
    assert org.headcounts.get(role=role_of(org, "member")).invited == 0
    assert "A newer invitation was sent" in client_of(None).get(older, follow=True).content.decode()


def test_same_role_changes_nothing(owner):
    invitation = offer(owner, "ines@example.org")
    with written() as news:
        assert change(owner, invitation, "member").version == 1
    assert news.nothing


def test_whoever_belongs_by_now_is_not_mailed_another_role(owner, member):
    """They sign in with the invited address, which everyone here reads."""
    invitation = offer(owner, "mina@home.example.org")
    type(member.user).objects.filter(pk=member.user_id).update(email=invitation.email)
    with written() as news, pytest.raises(ValidationError, match="belongs to Marram Instruments already"):
        change(owner, invitation, "viewer")
    assert news.nothing


def test_nobody_offers_what_they_do_not_hold(owner, admin):
    invitation = offer(owner, "ines@example.org")
    with written() as news, pytest.raises(PermissionDenied):
        change(admin, invitation, "owner")
    assert news.nothing


@pytest.mark.parametrize("grants", [["invitations.create"], ["invitations.update"]], ids=["create", "update"])
def test_it_needs_both_to_change_and_to_invite(org, owner, member, grants):
    invitation = offer(owner, "ines@example.org", "viewer")
    role = design(owner, "Front desk", "organization.read", *grants)
    bare = design(owner, "Bare", "organization.read")
    hold(role, member)
    with written() as news, pytest.raises(PermissionDenied):
        change_offered_role(actor=acting(member), organization=org, invitation=invitation, role=bare)
    assert news.nothing


@pytest.mark.parametrize("status", ["accepted", "declined", "revoked", "expired"])
def test_offer_that_is_answered_stays(owner, status):
    invitation = offer(owner, "ines@example.org")
    Invitation.objects.filter(pk=invitation.pk).update(status=status)
    with written() as news, pytest.raises(ValidationError) as refusal:
        change(owner, invitation, "viewer")
    assert refusal.value.code == "not_pending"
    assert not news.mails


def test_offer_that_has_ended_stays(owner):
    invitation = offer(owner, "ines@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=8)), pytest.raises(ValidationError) as refusal:
        change(owner, invitation, "viewer")
    assert refusal.value.code == "not_pending"


def test_offer_with_an_end_is_never_one_to_own(org, owner):
    ends = timezone.now() + timedelta(days=90)
    invitation = invite(
        actor=acting(owner),
        organization=org,
        addresses=["ines@example.org"],
        role=role_of(org, "member"),
        days=7,
        access_ends_at=ends,
    ).done[0]
    with pytest.raises(ValidationError) as refusal:
        change(owner, invitation, "owner")
    assert refusal.value.code == "owner"


def test_another_organizations_offer_is_not_there(org, owner, outsider):
    theirs = offer(outsider, "ines@example.org")
    with pytest.raises(ValidationError) as refusal:
        change_offered_role(actor=acting(owner), organization=org, invitation=theirs, role=role_of(org, "viewer"))
    assert refusal.value.code == "gone"
    assert Invitation.objects.get(pk=theirs.pk).version == 1


def test_page_shows_the_role_offered_and_changes_it(client_of, org, admin):
    invitation = offer(admin, "ines@example.org")
    browser = client_of(admin)
    text = browser.get(where(invitation)).content.decode()
    assert "Role offered to ines@<wbr>example.org" in text
    assert "Only an owner can make another one" in text or "may do more than you may" in text
    fields = {"role": role_of(org, "viewer").pk, "version": "1"}
    answer = browser.post(where(invitation), fields, follow=True).content.decode()
    assert "is offered Viewer in Marram Instruments now" in answer
    again = browser.post(where(invitation), fields).content.decode()
    assert "Somebody else changed this meanwhile: ines@example.org is offered Viewer now" in again
    assert Invitation.objects.get(pk=invitation.pk).version == 2


def test_page_of_an_offer_that_is_no_longer_open_says_so(client_of, org, owner):
    invitation = offer(owner, "ines@example.org")
    browser = client_of(owner)
    fields = {"role": role_of(org, "viewer").pk, "version": "1"}
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    assert "The invitation to ines@example.org is revoked." in browser.get(where(invitation)).content.decode()
    answer = browser.post(where(invitation), fields)
    assert answer.status_code == 200
    assert Invitation.objects.get(pk=invitation.pk).version == 1


def test_role_that_nobody_offers_by_hand_is_refused_in_the_form(client_of, org, owner, admin):
    invitation = offer(owner, "ines@example.org")
    answer = client_of(admin).post(where(invitation), {"role": role_of(org, "owner").pk, "version": "1"})
    assert "Choose one of these roles" in answer.content.decode()
    give_role(admin, "member")
    assert client_of(admin).get(where(invitation)).status_code == 403
