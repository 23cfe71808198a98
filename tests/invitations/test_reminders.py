"""People are reminded of what they have not answered: after two days, after five, and a day before the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from accounts.actions import set_account_active
from audit.actors import SYSTEM
from invitations.actions.answering import decline
from invitations.actions.refusing import refuse_further
from invitations.actions.reminding import remind
from invitations.actions.resending import resend
from invitations.offers import next_reminder
from invitations.tasks import remind_people
from organizations.actions.settings import switch_reminders
from tests.factories import acting, invitee, offer
from tests.witness import deliver, written

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
