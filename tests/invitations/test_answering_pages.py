"""What an invitee sees behind the link, in every state, signed in or not, and what the buttons do."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import User
from invitations.actions.answering import accept, decline
from invitations.actions.offering import invite
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.links import token_of
from invitations.models import Invitation
from organizations.actions.plans import set_plan
from organizations.models import Membership, Organization
from tests.factories import PASSWORD, UserFactory, acting, give_role, invitee, offer, role_of
from tests.organizations.test_groups import group_of
from tests.witness import counters, deliver, link_in, written


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, "ines@example.org")


def opened(client: Client, invitation: Invitation) -> Client:
    client.get(f"/i/{token_of(invitation)}/")
    return client


def page(client: Client, invitation: Invitation) -> str:
    response = client.get(f"/invitation/{invitation.pk}/")
    assert response.status_code == 200
    return response.content.decode().replace("<wbr>", "")


def press(client: Client, invitation: Invitation, button: str, **fields: object):
    return client.post(f"/invitation/{invitation.pk}/{button}/", fields)


def test_offer_says_who_what_as_what_and_until_when(client, invitation):
    text = page(opened(client, invitation), invitation)
    for part in ("Grace Okafor invites you to Marram Instruments", "Member", "ines@example.org"):
        assert part in text
    assert invitation.expires_at.strftime("%Y-%m-%dT%H:%M") in text
    assert "Create an account to join" in text
    assert "Accept and join" not in text


def test_offer_says_into_which_groups_and_what_the_inviter_wrote(client, client_of, org, owner, staff, stranger):
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=None, trusted=True)
    group = group_of(owner, "Field service")
    role = role_of(org, "member")
    note, to = "Start with <the> list.", [stranger.email]
    made = invite(
        actor=acting(owner), organization=org, addresses=to, role=role, days=7, groups=[group], note=note
    ).done  # fmt: skip
    invitation = made[0]
    for browser in (client, client_of(stranger)):
        text = page(opened(browser, invitation), invitation)
        assert "“Start with &lt;the&gt; list.”" in text
        assert "Group</dt><dd>Field service" in text
    Organization.objects.filter(pk=org.pk).update(trusted=False)
    group.delete()
    text = page(client, invitation)
    assert "Start with" not in text
    assert "Group</dt>" not in text


def test_whoever_cannot_accept_is_not_told_what_accepting_shows(client_of, owner, invitation):
    ines = UserFactory(email="ines@example.org")
    browser = client_of(ines)
    assert "Accepting shows your name" in page(browser, invitation)
    give_role(owner, "viewer")
    text = page(browser, invitation)
    assert "Accept and join" not in text
    assert "Accepting shows your name" not in text


def test_link_that_is_used_says_so(client, invitation, stranger):
    accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    assert "This invitation was accepted already" in page(opened(client, invitation), invitation)


def test_link_that_was_revoked_says_so(client, invitation, owner, org):
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    assert "This invitation was withdrawn" in page(opened(client, invitation), invitation)


def test_link_that_was_declined_says_so(client, invitation):
    decline(actor=invitee(None, invitation.email), invitation=invitation, version=invitation.version)
    assert "This invitation is declined" in page(opened(client, invitation), invitation)


@pytest.mark.parametrize("settled", [True, False])
def test_link_that_expired_says_so(client, invitation, owner, settled):
    with time_machine.travel(invitation.expires_at + timedelta(seconds=1)):
        if settled:
            offer(owner, "ove@example.org")
        assert "This invitation ended" in page(opened(client, invitation), invitation)


def test_link_that_was_replaced_says_so_and_its_buttons_do_nothing(client, invitation, owner, org):
    opened(client, invitation)
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    text = page(client, invitation)
    assert "A newer invitation was sent" in text
    assert "<form" not in text
    with written() as news:
        press(client, invitation, "decline")
    assert news.nothing


def test_somebody_elses_account_is_told_what_to_do(client_of, invitation, outsider):
    browser = opened(client_of(outsider), invitation)
    text = page(browser, invitation)
    assert "You are signed in as" in text
    assert "Use another account" in text
    assert "Accept and join" not in text
    with written() as news:
        press(browser, invitation, "decline", version=invitation.version)
        response = press(browser, invitation, "accept", version=1)
    assert response.headers["Location"] == f"/invitation/{invitation.pk}/"
    assert "This invitation is for ines@example.org." in page(browser, invitation)
    assert news.nothing
    invitation.refresh_from_db()
    assert invitation.status == "pending"


def test_using_another_account_signs_out_and_comes_back(client_of, invitation, outsider, stranger):
    browser = opened(client_of(outsider), invitation)
    response = press(browser, invitation, "switch")
    assert response.headers["Location"] == f"/invitation/{invitation.pk}/"
    assert "Create an account to join" in page(browser, invitation)
    assert "_auth_user_id" not in browser.session
    browser.force_login(stranger)
    assert press(browser, invitation, "accept", version=1).headers["Location"] == "/o/marram/"


def test_member_who_opens_a_second_invitation_is_told_that_they_belong(client_of, owner, member):
    EmailAddress.objects.create(user=member.user, email="mina@example.com", verified=True)
    invitation = offer(owner, "mina@example.com")
    assert "You already belong to Marram Instruments." in page(opened(client_of(member), invitation), invitation)


# Accepting.


def test_accepting_leads_to_the_organization_and_says_so(client_of, invitation, stranger):
    browser = opened(client_of(stranger), invitation)
    assert 'name="version" value="1"' in page(browser, invitation)
    response = browser.post(f"/invitation/{invitation.pk}/accept/", {"version": "1"}, follow=True)
    assert response.redirect_chain[-1][0] == "/o/marram/"
    assert "You belong to <b>Marram Instruments</b> now, as Member." in response.content.decode()


def test_verified_address_is_enough_without_the_link(client_of, invitation, stranger):
    browser = client_of(stranger)
    waiting = browser.get("/organizations/").content.decode()
    assert f"/invitation/{invitation.pk}/accept/" in waiting
    press(browser, invitation, "accept", version=1)
    assert Membership.objects.filter(user=stranger).exists()


def test_unverified_address_is_not_enough_without_the_link(client_of, invitation):
    user = UserFactory(email=invitation.email, verified=False)
    browser = client_of(user)
    assert str(invitation.pk) not in browser.get("/organizations/").content.decode()
    assert press(browser, invitation, "accept", version=1).status_code == 404


@pytest.mark.parametrize("version", ["", "0", "2", "x", "-1", "9" * 40, "\x00", "١"])
def test_version_that_was_not_shown_accepts_nothing(client_of, invitation, stranger, version):
    browser = opened(client_of(stranger), invitation)
    with written() as news:
        press(browser, invitation, "accept", version=version)
    assert news.nothing
    assert "This invitation has changed since you opened it." in page(browser, invitation)


def test_offer_that_changed_under_the_reader_is_shown_again(client_of, invitation, stranger, owner, org):
    browser = opened(client_of(stranger), invitation)
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    press(browser, invitation, "accept", version=1)
    assert "This invitation has changed since you opened it." in page(browser, invitation)
    press(browser, invitation, "accept", version=2)
    assert Membership.objects.filter(user=stranger).exists()


def test_pressing_accept_before_signing_in_leads_back_to_the_offer(client, invitation, stranger):
    opened(client, invitation)
    response = press(client, invitation, "accept", version=1)
    assert response.headers["Location"] == f"/accounts/login/?next=/invitation/{invitation.pk}/accept/"
    response = client.post(response.headers["Location"], {"login": stranger.email, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == f"/invitation/{invitation.pk}/"
    assert "Accept and join" in response.content.decode()


# Declining.


def test_declining_without_an_account(client, invitation, org):
    opened(client, invitation)
    with written() as news:
        press(client, invitation, "decline")
    assert news.actions == ["invitation.declined"]
    assert "This invitation is declined" in page(client, invitation)
    assert counters(org) == (1, 0, 0)


def test_declining_with_an_account(client_of, invitation, stranger, org):
    browser = client_of(stranger)
    with written() as news:
        press(browser, invitation, "decline", version=invitation.version)
    assert [event.actor_id for event in news.events] == [stranger.pk]
    assert counters(org) == (1, 0, 0)


# Signing up from the link.


def sign_up(client: Client, email: str):
    fields = {"name": "Ines Duarte", "email": email, "password1": PASSWORD}
    return client.post("/accounts/signup/", fields)


def test_signing_up_from_the_link_verifies_that_address_and_leads_back(client, invitation):
    text = page(opened(client, invitation), invitation)
    address = f"/accounts/signup/?next=/invitation/{invitation.pk}/&amp;email=ines%40example.org"
    assert address.replace("/invitation/", "%2Finvitation%2F").replace("/&amp;", "%2F&amp;") in text
    fields = {"name": "Ines Duarte", "email": invitation.email, "password1": PASSWORD}
    response = client.post(f"/accounts/signup/?next=/invitation/{invitation.pk}/", fields)
    assert response.headers["Location"] == f"/invitation/{invitation.pk}/"
    user = User.objects.get(email=invitation.email)
    assert EmailAddress.objects.get(user=user).verified
    assert "Accept and join" in page(client, invitation)
    assert not Membership.objects.filter(user=user).exists()
    assert press(client, invitation, "accept", version=1).headers["Location"] == "/o/marram/"
    assert Membership.objects.get(user=user).name == "Ines Duarte"


def test_signing_up_from_the_link_takes_the_address_from_an_account_that_only_named_it(client, invitation):
    sign_up(Client(), invitation.email)
    squatter = User.objects.get(email=invitation.email)
    with written() as news:
        response = sign_up(opened(client, invitation), invitation.email)
    assert response.status_code == 302
    mine = User.objects.get(email=invitation.email)
    assert mine.pk != squatter.pk
    assert EmailAddress.objects.filter(user=mine, email=invitation.email, verified=True).exists()
    assert [(event.action, event.target_id) for event in news.events if event.chain_id == squatter.pk] == [
        ("account.given_way", squatter.pk)
    ]


def test_signing_up_from_the_link_takes_no_account_that_is_somebodys(client, invitation, stranger):
    sign_up(opened(client, invitation), invitation.email)
    assert User.objects.get(email=invitation.email) == stranger


def test_signing_up_with_another_address_verifies_nothing(client, invitation):
    sign_up(opened(client, invitation), "ove@example.org")
    assert not EmailAddress.objects.filter(verified=True, email__in=["ove@example.org", invitation.email]).exists()


def test_signing_up_without_the_link_verifies_nothing(client, invitation):
    sign_up(client, invitation.email)
    assert not EmailAddress.objects.get(email=invitation.email).verified


@pytest.mark.parametrize("what", ["sent again", "revoked", "expired", "declined"])
def test_signing_up_from_a_link_that_no_longer_stands_verifies_nothing(client, invitation, owner, org, what):
    opened(client, invitation)
    if what == "sent again":
        resend(actor=acting(owner), organization=org, invitations=[invitation])
    elif what == "revoked":
        revoke(actor=acting(owner), organization=org, invitations=[invitation])
    elif what == "declined":
        decline(actor=invitee(None, invitation.email), invitation=invitation, version=invitation.version)
    when = invitation.expires_at + timedelta(seconds=1) if what == "expired" else timezone.now()
    with time_machine.travel(when):
        sign_up(client, invitation.email)
    assert not EmailAddress.objects.get(email=invitation.email).verified


def test_signing_up_from_the_link_does_not_touch_an_account_that_was_opened(client, invitation, stranger):
    User.objects.filter(pk=stranger.pk).update(last_login=timezone.now())
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    sign_up(opened(client, invitation), stranger.email)
    assert User.objects.filter(email=stranger.email).count() == 1
    assert not EmailAddress.objects.get(user=stranger).verified
    assert "_auth_user_id" not in client.session


def test_whole_way_of_somebody_new(client, owner, org):
    offer(owner, "nia@example.org", "admin")
    link = link_in(next(letter for letter in deliver() if letter.to == ["nia@example.org"]))
    shown = client.get(link, follow=True)
    there = shown.redirect_chain[-1][0]
    client.post(f"/accounts/signup/?next={there}", {"name": "Nia", "email": "nia@example.org", "password1": PASSWORD})
    client.post(f"{there}accept/", {"version": "1"})
    assert Membership.objects.get(email="nia@example.org").role.key == "admin"
    assert counters(org) == (2, 0, 0)


def test_declining_an_older_version_from_the_list_changes_nothing(client_of, owner, org, stranger):
    invitation = offer(owner, stranger.email)
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    with written() as news:
        press(client_of(stranger), invitation, "decline", version=1)
    assert news.nothing
    invitation.refresh_from_db()
    assert invitation.status == "pending"
