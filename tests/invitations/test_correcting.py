"""What was offered goes to the right address as it was, in the seat that it had."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.actions.answering import accept
from invitations.actions.correcting import correct_address
from invitations.actions.offering import invite_each
from invitations.actions.withdrawing import revoke
from invitations.offers import Offer
from organizations.actions.groups import delete_group
from organizations.actions.plans import set_plan, set_seats
from tests.factories import UserFactory, acting, invitee, offer, role_of
from tests.organizations.test_groups import group_of
from tests.witness import counters, deliver, written

KEPT = ("role_id", "days", "access_ends_at", "group_ids", "note", "name", "job_title", "phone", "organization_id")


def everything_offered(org, owner, staff):
    """An offer of everything that there is to offer one person, sent to the wrong address."""
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=None, trusted=True)
    places = tuple(group_of(owner, name) for name in ("Boats", "Sales"))
    ends = timezone.now() + timedelta(days=90)
    wrong = Offer(
        "inse@example.org", role_of(org, "viewer"), ends, places, "Inés Duarte", "Skipper", "+351 21 000 0000"
    )
    note = "See you on Monday."
    (made,) = invite_each(actor=acting(owner), organization=org, offers=[wrong], days=12, note=note).done
    assert all(getattr(made, name) for name in KEPT)
    return made, places


def test_a_corrected_offer_is_the_same_but_for_its_address(org, owner, admin, staff):
    wrong, places = everything_offered(org, owner, staff)
    deliver()
    with time_machine.travel(timezone.now() + timedelta(days=3)), written() as news:
        (right,) = correct_address(
            actor=acting(admin), organization=org, invitation=wrong, email="ines@example.org"
        ).done
        (letter,) = deliver()
    assert {name: getattr(right, name) for name in KEPT} == {name: getattr(wrong, name) for name in KEPT}
    assert (right.version, right.status, right.inviter_label) == (1, "pending", "Tomás Rivera")
    assert right.expires_at - right.sent_at == timedelta(days=12)  # all of them, from now on
    told = news.events[1].after
    assert (told["role"], told["groups"]) == ("Viewer", "Boats, Sales")
    assert told["access_ends_at"] == str(wrong.access_ends_at)
    assert letter.to == ["ines@example.org"]
    assert "See you on Monday." in str(letter.body)
    user = UserFactory(email="ines@example.org", name="Ines D.")
    membership = accept(actor=invitee(user), user=user, invitation=right, version=1)
    assert (membership.own_name, membership.job_title, membership.phone) == (
        "Inés Duarte", "Skipper", "+351 21 000 0000",
    )  # fmt: skip
    assert (membership.role.key, membership.ends_at) == ("viewer", wrong.access_ends_at)
    assert set(membership.group_places.values_list("group", flat=True)) == {one.pk for one in places}


def test_a_note_that_may_be_sent_no_more_and_a_group_that_is_gone_are_left_out_and_the_rest_is_kept(org, owner, staff):
    wrong, (boats, sales) = everything_offered(org, owner, staff)
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=None, trusted=False)
    delete_group(actor=acting(owner), group=sales)
    (right,) = correct_address(actor=acting(owner), organization=org, invitation=wrong, email="ines@example.org").done
    assert (right.note, right.group_ids) == ("", [boats.pk.hex])
    rest = [name for name in KEPT if name not in ("note", "group_ids")]
    assert [getattr(right, name) for name in rest] == [getattr(wrong, name) for name in rest]


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4])
def test_a_correction_takes_the_seat_that_it_gives_back_also_where_there_are_fewer_than_are_in_use(
    org, owner, staff, limit
):
    """One member and two offers: three in use, whatever the limit. Nobody else gets in by it."""
    offer(owner, "ove@example.org")
    wrong = offer(owner, "inse@example.org")
    set_seats(actor=acting(staff), organization=org, seats=limit)
    for email in ("ines@example.org", "ines@studio.example.org"):
        with written() as news:
            (wrong,) = correct_address(actor=acting(owner), organization=org, invitation=wrong, email=email).done
        assert news.actions == ["invitation.revoked", "invitation.sent"]
        assert [mail.key for mail in news.mails] == [wrong.mail_key]
        assert counters(org) == (1, 0, 2)
    if limit < 4:
        with written() as news, pytest.raises(ValidationError, match="No seat is free"):
            offer(owner, "third@example.org")
        assert news.nothing
    user = UserFactory(email=wrong.email)
    assert accept(actor=invitee(user), user=user, invitation=wrong, version=1).role.key == "member"
    assert counters(org) == (2, 0, 1)


def test_an_offer_that_is_open_no_longer_gives_no_seat_to_another_address(org, owner, staff):
    gone = offer(owner, "inse@example.org")
    revoke(actor=acting(owner), organization=org, invitations=[gone])
    set_seats(actor=acting(staff), organization=org, seats=1)
    with written() as news, pytest.raises(ValidationError, match="is revoked"):
        correct_address(actor=acting(owner), organization=org, invitation=gone, email="ines@example.org")
    assert news.nothing
    assert counters(org) == (1, 0, 0)
