"""An offer is sent again, also once it has expired; it stands for longer; it goes to the right address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from invitations.actions.answering import accept
from invitations.actions.correcting import correct_address
from invitations.actions.extending import extend
from invitations.actions.refusing import refuse_further
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from organizations.actions.domains import restrict_domains
from organizations.actions.plans import set_plan, set_seats
from tests.factories import UserFactory, acting, invitee, join, offer
from tests.witness import counters, deliver, link_in, written


def again(by, *invitations):
    return resend(actor=acting(by), organization=by.organization, invitations=invitations)


def reasons(outcome):
    return [one.code for one in outcome.passed_over]


@pytest.fixture
def after():
    """Eight days on, when what was offered for seven is over."""
    travellers = []

    def go(days: int = 8) -> None:
        traveller = time_machine.travel(timezone.now() + timedelta(days=days))
        traveller.start()
        travellers.append(traveller)

    yield go
    for traveller in reversed(travellers):
        traveller.stop()


def test_what_expired_is_the_same_offer_in_its_next_version_and_takes_a_seat_again(org, owner, after):
    invitation = offer(owner, "ines@example.org")
    after()
    with written() as news:
        (same,) = again(owner, invitation).done
    assert (same.pk, same.status, same.version) == (invitation.pk, "pending", 2)
    assert news.actions == ["invitation.expired", "invitation.resent"]
    assert news.events[1].before["status"] == "expired"
    assert [mail.key for mail in news.mails] == [f"invitation:{invitation.pk}:2"]
    assert counters(org) == (1, 0, 1)
    user = UserFactory(email="ines@example.org")
    assert accept(actor=invitee(user), user=user, invitation=same, version=2).role.key == "member"


def test_what_expired_needs_a_seat_and_what_is_open_has_one(org, owner, staff, after):
    waiting = offer(owner, "ines@example.org")
    after()
    other = offer(owner, "ove@example.org")
    set_seats(actor=acting(staff), organization=org, seats=2)
    with written() as news:
        assert reasons(again(owner, waiting)) == ["no_seat"]
    assert news.nothing
    assert again(owner, other).done
    assert counters(org) == (1, 0, 1)


def test_of_two_that_expired_the_first_gets_the_seat(org, owner, staff, after):
    first, second = offer(owner, "ines@example.org"), offer(owner, "ove@example.org")
    after()
    set_seats(actor=acting(staff), organization=org, seats=2)
    outcome = again(owner, first, second)
    assert [one.email for one in outcome.done] == ["ines@example.org"]
    assert reasons(outcome) == ["no_seat"]


def test_what_expired_is_not_sent_where_its_person_has_come_another_way_refuses_or_is_invited_anew(org, owner, after):
    gone = [offer(owner, f"p{one}@example.org") for one in range(4)]
    after()
    join(owner, UserFactory(email="p0@example.org"))
    offer(owner, "p1@example.org")
    refuse_further(actor=invitee(None, gone[2].email), invitation=gone[2], scope="here")
    restrict_domains(actor=acting(owner), organization=org, domains=["elsewhere.example"])
    assert reasons(again(owner, *gone[:3])) == ["domain"] * 3
    restrict_domains(actor=acting(owner), organization=org, domains=[])
    assert reasons(again(owner, *gone[:3])) == ["member", "invited", "refused"]


def test_what_is_open_is_not_sent_to_who_belongs_by_now(org, owner, member):
    """They sign in with the invited address, which everyone here reads."""
    invitation = offer(owner, "mina@home.example.org")
    type(member.user).objects.filter(pk=member.user_id).update(email=invitation.email)
    with written() as news:
        outcome = again(owner, invitation)
    assert [(one.code, one.reason) for one in outcome.passed_over] == [
        ("member", "This person belongs to Marram Instruments already.")
    ]
    assert news.nothing
    with pytest.raises(ValidationError, match="belongs to Marram Instruments already"):
        offer(owner, invitation.email)


def test_nobody_is_told_to_whom_of_the_members_another_address_belongs(org, owner, member, after):
    """Neither by inviting it nor by sending it again: whoever it belongs to sees the offer, and can decline it."""
    invitation = offer(owner, "mina@home.example.org")
    EmailAddress.objects.create(user=member.user, email=invitation.email, verified=True)
    (same,) = again(owner, invitation).done
    after()
    assert again(owner, same).done
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    assert offer(owner, invitation.email).status == "pending"


def test_sending_again_costs_nothing_of_the_plan(org, owner, staff, after):
    invitation = offer(owner, "ines@example.org")
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=1, trusted=False)
    after()
    assert again(owner, invitation).done
    org.refresh_from_db()
    assert org.addresses_invited == 1


def test_an_offer_stands_for_longer_and_its_link_stays(org, owner, client_of):
    invitation = offer(owner, "ines@example.org")
    link = link_in(deliver()[-1])
    with written() as news:
        (same,) = extend(actor=acting(owner), organization=org, invitations=[invitation], days=20).done
    assert news.actions == ["invitation.extended"]
    assert not news.mails
    assert (same.version, (same.expires_at - timezone.now()).days) == (1, 19)
    assert client_of(None).get(link).headers["Location"] == f"/invitation/{invitation.pk}/"
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert Invitation.objects.get().is_pending_at(timezone.now())


@pytest.mark.parametrize(("days", "code"), [(3, "not_later"), (7, None)])
def test_an_offer_is_never_cut_short_by_it(org, owner, days, code):
    invitation = offer(owner, "ines@example.org")
    outcome = extend(actor=acting(owner), organization=org, invitations=[invitation], days=days)
    assert reasons(outcome) == ([code] if code else [])


def test_who_may_extend_and_for_how_long(org, owner, member, after):
    invitation = offer(owner, "ines@example.org")
    with pytest.raises(ValidationError, match="1 to 30 days"):
        extend(actor=acting(owner), organization=org, invitations=[invitation], days=31)
    assert reasons(extend(actor=acting(member), organization=org, invitations=[invitation], days=30)) == [
        "no_permission"
    ]
    after()
    assert reasons(extend(actor=acting(owner), organization=org, invitations=[invitation], days=30)) == ["not_pending"]


def test_a_mistyped_address_is_corrected_in_the_seat_that_it_had(org, owner, staff, client_of):
    set_seats(actor=acting(staff), organization=org, seats=2)
    wrong = offer(owner, "inse@example.org")
    link = link_in(deliver()[-1])
    with written() as news:
        (right,) = correct_address(
            actor=acting(owner), organization=org, invitation=wrong, email="Ines@Example.org"
        ).done
    assert news.actions == ["invitation.revoked", "invitation.sent"]
    assert news.events[0].after["reason"] == "the address was corrected"
    wrong.refresh_from_db()
    assert (wrong.status, right.email, right.role, right.days) == (
        "revoked",
        "ines@example.org",
        wrong.role,
        wrong.days,
    )
    assert counters(org) == (1, 0, 1)
    browser = client_of(None)
    assert "was withdrawn" in browser.get(browser.get(link).headers["Location"]).content.decode()
    assert [letter.to for letter in deliver()] == [["ines@example.org"]]


def test_another_address_is_a_new_one_of_the_plan_and_over_it_nothing_changes(org, owner, staff):
    wrong = offer(owner, "inse@example.org")
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=2, trusted=False)
    (right,) = correct_address(actor=acting(owner), organization=org, invitation=wrong, email="ines@example.org").done
    org.refresh_from_db()
    assert (org.addresses_invited, org.invitable) == (2, 0)
    (back,) = correct_address(actor=acting(owner), organization=org, invitation=right, email=wrong.email).done
    with written() as news, pytest.raises(ValidationError, match="may invite 2 in all"):
        correct_address(actor=acting(owner), organization=org, invitation=back, email="third@example.org")
    back.refresh_from_db()
    org.refresh_from_db()
    assert (back.status, org.addresses_invited, counters(org)) == ("pending", 2, (1, 0, 1))
    assert news.nothing


@pytest.mark.parametrize("email", ["nobody", "mina@marram.example.org", "ove@example.org"])
def test_what_cannot_be_invited_is_no_correction_and_changes_nothing(org, owner, member, email):
    offer(owner, "ove@example.org")
    wrong = offer(owner, "inse@example.org")
    with written() as news, pytest.raises(ValidationError):
        correct_address(actor=acting(owner), organization=org, invitation=wrong, email=email)
    assert news.nothing
    assert counters(org) == (2, 0, 2)


def test_only_who_may_invite_corrects_and_only_what_is_open(org, owner, member, after):
    wrong = offer(owner, "inse@example.org")
    with pytest.raises(PermissionDenied):
        correct_address(actor=acting(member), organization=org, invitation=wrong, email="ines@example.org")
    after()
    with pytest.raises(ValidationError, match="is expired"):
        correct_address(actor=acting(owner), organization=org, invitation=wrong, email="ines@example.org")


def test_button_that_is_pressed_twice_mails_once(owner, client_of):
    one, browser = offer(owner, "lena@marram.example"), client_of(owner)
    page = browser.get(f"/o/marram/invitations/{one.pk}/resend/").content.decode()
    (action,) = re.findall(r'<form[^>]* action="([^"]*/resend/[^"]*)"', page)
    action = action.replace("&amp;", "&")
    with written() as news:
        browser.post(action)
        second = browser.post(action, follow=True)
    assert [event.action for event in news.events] == ["invitation.resent"]
    assert len(news.mails) == 1
    assert "A newer link is on its way to lena@marram.example already." in second.content.decode()


def test_two_who_press_at_once_mail_once(org, owner):
    one = offer(owner, "lena@marram.example")
    first, second = (resend(actor=acting(owner), organization=org, invitations=[one]) for _ in range(2))
    assert [done.version for done in first.done] == [2]
    assert [said.code for said in second.passed_over] == ["changed"]
