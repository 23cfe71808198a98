"""People are reminded of what they have not answered: after two days, after five, and a day before the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from accounts.actions import set_account_active
from audit.actors import SYSTEM
from invitations.actions.answering import decline
from invitations.actions.changing import change_offered_role
from invitations.actions.extending import extend
from invitations.actions.refusing import refuse_further
from invitations.actions.reminding import remind
from invitations.actions.resending import resend
from invitations.offers import next_reminder
from invitations.tasks import remind_people
from organizations.actions.settings import switch_reminders
from organizations.models import Organization
from tests.factories import acting, invitee, offer, pending, role_of
from tests.witness import counters, deliver, written

BEGIN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def moments(days: int) -> list[float]:
    """When an offer of so many days is reminded of, in days after it was sent."""
    found, at = [], BEGIN
    while moment := next_reminder(BEGIN, BEGIN + timedelta(days=days), at):
        found.append((moment - BEGIN) / timedelta(days=1))
        at = moment
    return found


@pytest.mark.parametrize(
    ("days", "reminded"),
    [(1, []), (2, [1]), (3, [2]), (4, [2, 3]), (5, [2, 4]), (6, [2, 5]), (7, [2, 5, 6]), (30, [2, 5, 29])],
)
def test_days_on_which_one_is_reminded(days, reminded):
    assert moments(days) == reminded


@pytest.fixture
def clock():
    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield traveller


def later(clock, **by):
    clock.shift(timedelta(**by))
    with written() as news:
        remind_people()
        remind_people()  # two clocks, two workers
    return news


def test_each_reminder_goes_out_once_with_its_event_and_the_same_link(clock, org, owner):
    invitation = offer(owner, "ines@example.org", days=7)
    first = deliver()[-1]
    told = []
    for _ in range(8):
        news = later(clock, days=1)
        told.append(news.actions)
        letters = deliver()
        assert len(letters) == len(news.mails) == len(news.actions)
        for letter in letters:
            assert letter.to == ["ines@example.org"]
            assert "still waits for your answer" in letter.subject
            assert next(line for line in str(first.body).splitlines() if "/i/" in line) in str(letter.body)
    assert told == [[], ["invitation.reminded"], [], [], ["invitation.reminded"], ["invitation.reminded"], [], []]
    invitation.refresh_from_db()
    assert invitation.version == 1


def test_whoever_has_answered_is_not_reminded(clock, owner):
    invitation = offer(owner, "ines@example.org")
    decline(actor=invitee(None, invitation.email), invitation=invitation, version=1)
    assert later(clock, days=2).nothing


def test_member_is_not_reminded_of_an_offer_to_the_address_that_they_sign_in_with_by_now(clock, org, owner, member):
    """Nor does it keep a seat any longer; who the invited address belongs to, everyone here reads."""
    theirs, other = offer(owner, "mina@home.example.org"), offer(owner, "ines@example.org")
    type(member.user).objects.filter(pk=member.user_id).update(email=theirs.email)
    news = later(clock, days=2)
    assert sorted(news.actions) == ["invitation.reminded", "invitation.revoked"]
    (revoked,) = [event for event in news.events if event.action == "invitation.revoked"]
    assert (revoked.target_id, revoked.actor_kind) == (theirs.pk, "system")
    assert revoked.after == {"status": "revoked", "reason": "its address belongs to a member by now"}
    assert [letter.to for letter in deliver() if "still waits" in letter.subject] == [[other.email]]
    assert counters(org) == (2, 0, 1)


def test_nobody_is_reminded_in_the_name_of_an_account_that_staff_closed(clock, org, admin, staff):
    """Nor is what waited to be sent mailed; whoever runs the team can send it again in their own name."""
    invitation = offer(admin, "ines@example.org")
    set_account_active(actor=acting(staff), user=admin.user, active=False)
    assert later(clock, days=2, hours=1).nothing
    assert "ines@example.org" not in [to for letter in deliver() for to in letter.to]
    owner = org.memberships.get(role__owns=True)
    assert resend(actor=acting(owner), organization=org, invitations=[invitation]).done
    assert [letter.to for letter in deliver()] == [["ines@example.org"]]


def test_whoever_wants_no_more_is_not_reminded_of_anything_else(clock, owner, outsider):
    offer(owner, "ines@example.org")
    theirs = offer(outsider, "ines@example.org")
    refuse_further(actor=invitee(None, theirs.email), invitation=theirs, scope="everywhere")
    assert later(clock, days=2).nothing


def test_an_organization_can_switch_it_off_also_for_what_waits_to_be_sent(clock, org, owner):
    offer(owner, "ines@example.org")
    deliver()
    clock.shift(timedelta(days=2))
    remind_people()
    switch_reminders(actor=acting(owner), organization=org, reminders=False)
    assert not deliver()
    assert later(clock, days=3).nothing
    switch_reminders(actor=acting(owner), organization=org, reminders=True)
    assert later(clock, days=1).actions == ["invitation.reminded"]


def test_sending_again_begins_the_days_anew(clock, org, owner):
    invitation = offer(owner, "ines@example.org")
    later(clock, days=2)
    clock.shift(timedelta(hours=1))
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    assert later(clock, days=1).nothing
    assert later(clock, days=1).actions == ["invitation.reminded"]


def days_of_reminders(clock, days, deeds=None):
    """Days after it was sent on which a reminder goes out; `deeds` are done five minutes before it would."""
    told = []
    for day in days:
        clock.move_to(BEGIN + timedelta(days=day) - timedelta(minutes=5))
        (deeds or {}).get(day, lambda: None)()
        news = later(clock, minutes=5)
        assert set(news.actions) <= {"invitation.reminded"}
        assert len(deliver()) == len(news.actions) <= 1
        told += [day] * len(news.actions)
    return told


def stand_longer(by, invitation, days):
    def go():
        outcome = extend(actor=acting(by), organization=by.organization, invitations=[invitation], days=days)
        assert not outcome.passed_over

    return go


@pytest.mark.parametrize(
    ("days", "extended", "reminded"),
    [
        (7, {}, [2, 5, 6]),
        (7, {7: 14}, [2, 5, 6]),  # at the last moment: a day before the end it was reminded already
        (7, {7: 2, 8: 3, 10: 5, 14: 30}, [2, 5, 6]),
        (7, {4: 10}, [2, 5, 13]),  # before that reminder went out it is of the new end
        (7, {6: 10}, [2, 5, 15]),
        (7, {3: 8, 5: 10, 9: 12, 15: 30}, [2, 5, 44]),  # and of the newest end before it does
        (2, {2: 20}, [1, 2, 5]),  # those of days 2 and 5 are others
        (3, {3: 10}, [2, 5]),  # one reminder was both
        (1, {1: 10}, [2, 5, 10]),
    ],
)
def test_each_reminder_of_a_version_goes_out_at_most_once_however_often_it_is_extended(
    clock, owner, days, extended, reminded
):
    invitation = offer(owner, "ines@example.org", days=days)
    deliver()
    deeds = {day: stand_longer(owner, invitation, more) for day, more in extended.items()}
    assert days_of_reminders(clock, range(1, 46), deeds) == reminded


@pytest.mark.parametrize(("day", "reminded"), [(2, True), (5, True), (6, False)])
def test_an_extension_takes_no_reminder_away_that_is_due_at_that_moment(clock, owner, day, reminded):
    """Of its end nobody is reminded whose end has just moved away."""
    invitation = offer(owner, "ines@example.org", days=7)
    deliver()
    days_of_reminders(clock, range(1, day))
    clock.move_to(BEGIN + timedelta(days=day) + timedelta(minutes=1))  # the clock's own programme comes a little later
    stand_longer(owner, invitation, 20)()
    assert later(clock, minutes=1).actions == ["invitation.reminded"] * reminded


def test_a_last_reminder_that_was_switched_off_goes_out_before_the_new_end(clock, org, owner):
    invitation = offer(owner, "ines@example.org", days=7)
    deliver()
    switch_reminders(actor=acting(owner), organization=org, reminders=False)
    assert days_of_reminders(clock, range(1, 7)) == []
    switch_reminders(actor=acting(owner), organization=org, reminders=True)
    assert days_of_reminders(clock, range(7, 21), {7: stand_longer(owner, invitation, 10)}) == [16]


@pytest.mark.parametrize("anew", ["send again", "another role"])
def test_the_next_version_has_a_last_reminder_of_its_own(clock, org, owner, anew):
    invitation = offer(owner, "ines@example.org", days=7)
    deliver()
    assert days_of_reminders(clock, range(1, 7)) == [2, 5, 6]
    stand_longer(owner, invitation, 30)()
    here = {"actor": acting(owner), "organization": org}
    if anew == "send again":
        resend(**here, invitations=[invitation])  # for seven days, as at first
    else:
        change_offered_role(**here, invitation=invitation, role=role_of(org, "viewer"))
    deliver()
    last = {"send again": 12, "another role": 35}[anew]
    assert days_of_reminders(clock, range(7, 46)) == [8, 11, last]


def test_organization_whose_people_cannot_be_reminded_keeps_no_other_waiting(clock, org, owner, outsider, caplog):
    offer(owner, "ines@example.org")
    offer(outsider, "ove@example.org")
    pending(org, 1, ends=BEGIN + timedelta(days=1))
    # Counters that are wrong, as they never should be: the constraint refuses to count below zero.
    Organization.objects.filter(pk=org.pk).update(reserved_seats=0)
    news = later(clock, days=2)
    assert [(one.chain_id, one.action) for one in news.events] == [(outsider.organization_id, "invitation.reminded")]
    assert "Nobody more was reminded" in caplog.text


def test_many_are_reminded_in_chunks_of_one_batch(clock, org, owner, monkeypatch):
    monkeypatch.setattr("invitations.actions.reminding.CHUNK", 3)
    for one in range(7):
        offer(owner, f"p{one}@example.org")
    clock.shift(timedelta(days=2))
    batch = uuid4()
    with written() as news:
        assert [remind(actor=SYSTEM, organization=org, batch=batch) for _ in range(3)] == [True, True, False]
    assert news.actions == ["invitation.reminded"] * 7
    assert {event.batch for event in news.events} == {batch}
