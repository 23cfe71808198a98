"""While the server takes one mail, the next is claimed and written; each still has only its own trouble."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from mail.kinds import Message
from mail.models import Mail, State
from mail.sending import FRESH, send_due
from mail.settling import LEASE
from tests.mail.conftest import letter

pytestmark = pytest.mark.django_db

SECONDS = 5


@pytest.fixture
def patient(server, settings) -> tuple[Event, list[bool]]:
    """A server that takes the first mail only once the second was written; whether it was."""
    settings.EMAIL_TIMEOUT = 2 * SECONDS
    written = Event()
    seen: list[bool] = []

    def wait() -> None:
        if not seen:
            seen.append(written.wait(SECONDS))

    server.when_taken = wait
    return written, seen


def saying(event: Event, *, to: str = "bo@example.org") -> Callable[[], Message]:
    def written() -> Message:
        event.set()
        return letter(to=to)

    return written


def outcomes() -> list[tuple[str, int]]:
    return list(Mail.objects.order_by("pk").values_list("state", "attempts"))


def test_next_mail_is_written_while_the_server_takes_the_one_before(write, patient, server):
    event, seen = patient
    write("note:1")
    write("note:2", saying(event))
    send_due()
    assert seen == [True]
    assert outcomes() == [(State.SENT, 1)] * 2
    assert len(server.ids) == len(set(server.ids)) == 2


@pytest.mark.parametrize("answer", ["450 4.2.1 Busy", "550 5.7.1 Blocked", "421 4.3.2 Closing", "drop"])
def test_trouble_of_the_one_before_is_not_its_own(write, patient, server, answer):
    event, _ = patient
    server.once("at_data", answer)
    write("note:1")
    write("note:2", saying(event))
    send_due()
    (state, _), second = outcomes()
    assert state in (State.PENDING, State.FAILED)
    assert second == (State.SENT, 1)
    assert server.recipients[-1] == "bo@example.org"


def test_its_own_trouble_is_not_that_of_the_one_before(write, server):
    write("note:1")
    write("note:2", RuntimeError("It cannot be written."))
    write("note:3")
    send_due()
    assert outcomes() == [(State.SENT, 1), (State.PENDING, 1), (State.SENT, 1)]


def test_database_that_fails_while_it_is_looked_for_does_not_unsay_that_the_one_before_left(write, server, monkeypatch):
    claims = []

    def claim(queryset, *args):
        claims.append(args)
        if len(claims) == 2:
            raise DatabaseError
        return real(queryset, *args)

    real = type(Mail.objects.all()).claim
    monkeypatch.setattr(type(Mail.objects.all()), "claim", claim)
    monkeypatch.setattr(type(Mail.objects), "claim", lambda manager, *args: claim(manager.all(), *args))
    write("note:1")
    write("note:2")
    with pytest.raises(DatabaseError):
        send_due()
    assert outcomes() == [(State.SENT, 1), (State.PENDING, 0)]


def test_nothing_is_claimed_ahead_where_a_rate_is_waited_for(write, server, settings):
    settings.MAIL_PER_MINUTE = 6_000
    states = []

    def looking_back() -> Message:
        states.append(outcomes()[0])
        return letter()

    write("note:1")
    write("note:2", looking_back)
    send_due()
    assert states == [(State.SENT, 1)]


def test_time_that_is_up_leaves_no_mail_claimed(write, server):
    for number in range(3):
        write(f"note:{number}")
    assert send_due(0) is False
    assert outcomes() == [(State.SENT, 1), (State.PENDING, 0), (State.PENDING, 0)]


def test_mail_that_waited_long_for_its_turn_is_asked_again_whether_it_is_wanted(write, server, settings):
    """The server takes its time with the first; meanwhile nobody wants the second any more."""
    settings.EMAIL_TIMEOUT = 2 * SECONDS
    asked: list[int] = []

    def wanted_at_first() -> Message | None:
        asked.append(len(server.taken))
        return letter() if len(asked) == 1 else None

    answered = Event()
    server.when_taken = lambda: answered.wait(FRESH + 0.2)
    write("note:1")
    write("note:2", wanted_at_first)
    send_due()
    assert outcomes() == [(State.SENT, 1), (State.DROPPED, 1)]
    assert asked == [asked[0], 1]


def test_mail_whose_lease_ran_out_while_it_waited_is_left_to_who_has_it_now(write, server):
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def taken_by_another() -> Message:
            clock.shift(LEASE)
            Mail.objects.filter(key="note:2").update(leased_until=timezone.now() + LEASE, attempts=2)
            return letter(to="bo@example.org")

        write("note:1")
        write("note:2", taken_by_another)
        send_due()
    assert "bo@example.org" not in server.recipients
    assert outcomes()[1] == (State.SENDING, 2)
