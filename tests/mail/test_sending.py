"""Committed means sent, or visibly failed: what becomes of a mail, whatever the mail server says."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail as locmem
from django.db import connection, connections
from django.utils import timezone

from mail import tasks
from mail.connections import Line
from mail.kinds import Message
from mail.models import Mail, State
from mail.outbox import try_again
from mail.sending import claim_next, send, send_due
from mail.settling import LEASE, MOST_ATTEMPTS
from tests.mail.conftest import letter

pytestmark = pytest.mark.django_db


def outcome(mail: Mail) -> tuple[str, int, str]:
    mail.refresh_from_db()
    return mail.state, mail.attempts, mail.reason


def test_due_mail_is_sent_once_with_its_message_id(write, server):
    mail = write()
    assert send_due()
    assert send_due()
    assert outcome(mail) == (State.SENT, 1, "")
    assert mail.sent_at is not None
    assert mail.leased_until is None
    assert server.ids == [mail.message_id]
    assert server.recipients == ["ines@example.org"]
    assert server.taken[0]["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in server.taken[0].walk()][1:] == ["text/plain", "text/html"]


def test_longest_waiting_goes_first(write):
    late, early = write("note:late", letter(subject="late")), write("note:early", letter(subject="early"))
    Mail.objects.filter(pk=early.pk).update(due_at=late.due_at - timedelta(seconds=5))
    send_due()
    assert [message.subject for message in locmem.outbox] == ["early", "late"]


def test_mail_no_longer_wanted_is_dropped(write, server):
    mail = write("note:1", None)
    send_due()
    assert outcome(mail) == (State.DROPPED, 1, "It was no longer wanted.")
    assert not server.taken


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.1.1 <ines@example.org> User unknown", "The address does not exist."),
        ("550 No such user here", "The address does not exist."),
        ("552 5.2.2 Over quota", "The mailbox is full."),
        ("550 5.7.1 Blocked", "The mail server refused it (550)."),
        ("554 5.7.1 Spam", "The mail server refused it (554)."),
    ],
)
@pytest.mark.parametrize("where", ["at_recipient", "at_data"])
def test_refusal_fails_at_once_with_its_reason(write, server, where, answer, reason):
    setattr(server, where, answer)
    mail = write()
    send_due()
    assert outcome(mail) == (State.FAILED, 1, reason)
    assert "ines" not in mail.reason


@pytest.mark.parametrize("where", ["at_recipient", "at_data"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("421 4.3.2 Closing", "The mail server put it off (421)."),
        ("450 4.2.1 Greylisted", "The mail server put it off (450)."),
        ("silence", "The mail server could not be reached."),
        ("drop", "The mail server could not be reached."),
    ],
)
def test_trouble_is_tried_again_later(write, server, where, answer, reason):
    setattr(server, where, answer)
    mail = write()
    before = timezone.now()
    send_due()
    assert outcome(mail) == (State.PENDING, 1, reason)
    assert timedelta(seconds=22) < mail.due_at - before < timedelta(seconds=40)
    setattr(server, where, None)
    send_due()
    assert outcome(mail)[0] == State.PENDING, "its pause is not over"
    with time_machine.travel(mail.due_at, tick=False):
        send_due()
    assert outcome(mail) == (State.SENT, 2, "")
    assert set(server.ids) == {mail.message_id}


@pytest.mark.usefixtures("server")
def test_server_that_is_not_there_is_trouble(write, settings):
    settings.EMAIL_PORT = 1
    mail = write()
    send_due()
    assert outcome(mail) == (State.PENDING, 1, "The mail server could not be reached.")


def test_pauses_grow_and_the_eighth_attempt_is_the_last(write, server):
    server.at_recipient = "450 4.2.1 Busy"
    mail = write()
    pauses = []
    with time_machine.travel(mail.due_at, tick=False) as clock:
        for _ in range(MOST_ATTEMPTS + 3):
            send_due()
            mail.refresh_from_db()
            pauses.append((mail.due_at - timezone.now()).total_seconds())
            clock.move_to(max(mail.due_at, timezone.now()))
    assert outcome(mail) == (State.FAILED, 8, "The mail server put it off (450). Given up after 8 attempts.")
    assert all(0.74 * 30 * 3**n <= pause <= 1.26 * 30 * 3**n for n, pause in enumerate(pauses[:7]))


def test_failed_mail_that_is_tried_again_keeps_its_message_id(write, server):
    server.at_recipient = "550 5.1.1 Unknown"
    mail = write()
    send_due()
    server.at_recipient = None
    mail.refresh_from_db()
    try_again(mail)
    send_due()
    assert outcome(mail) == (State.SENT, 1, "")
    assert server.ids == [mail.message_id]


@pytest.mark.parametrize(
    "message",
    [letter(subject="A note\nBcc: all@example.org"), letter(to="ines@example.org\nBcc: all@example.org")],
    ids=["subject", "recipient"],
)
def test_line_break_in_a_header_fails_at_once(write, server, message):
    mail = write("note:1", message)
    send_due()
    assert outcome(mail) == (State.FAILED, 1, "There is a line break in its subject or in another header.")
    assert not server.taken


def test_mistake_in_one_mail_keeps_no_other_from_leaving(write, server, caplog):
    broken, other = write("note:1", ZeroDivisionError("secret")), write("note:2")
    send_due()
    assert outcome(broken) == (State.PENDING, 1, "Roster could not write it.")
    assert outcome(other)[0] == State.SENT
    assert "ZeroDivisionError" in caplog.text


def test_kind_that_this_worker_does_not_know_waits(write):
    mail = write()
    Mail.objects.update(kind="tests.of-tomorrow")
    send_due()
    assert outcome(mail) == (State.PENDING, 1, "Roster could not write it.")


def test_claimed_mail_is_nobody_elses_until_its_lease_ends(write):
    write()
    claimed = claim_next()
    assert claimed is not None
    assert claim_next() is None
    assert claimed.leased_until is not None
    with time_machine.travel(claimed.leased_until, tick=False):
        again = claim_next()
    assert again is not None
    assert (again.pk, again.attempts) == (claimed.pk, 2)


def test_mail_that_another_worker_took_first_is_left_to_it(write):
    write()
    taken: list[Mail | None] = []

    def another_is_faster(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and not taken:
            taken.append(None)
            taken[0] = claim_next()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(another_is_faster):
        assert claim_next() is None
    assert taken[0] is not None
    assert outcome(taken[0])[:2] == (State.SENDING, 1)


def test_worker_that_comes_back_late_changes_nothing(write):
    write()
    late = claim_next()
    assert late is not None
    with time_machine.travel(timezone.now() + LEASE, tick=False), Line() as line:
        current = claim_next()
        assert current is not None
        send(late, line)
        assert outcome(current)[:2] == (State.SENDING, 2)
        send(current, line)
    assert outcome(current)[:2] == (State.SENT, 2)


def test_mail_whose_worker_dies_each_time_is_given_up(write):
    mail = write()
    for attempt in range(MOST_ATTEMPTS):
        with time_machine.travel(timezone.now() + attempt * LEASE, tick=False):
            assert claim_next() is not None
    with time_machine.travel(timezone.now() + MOST_ATTEMPTS * LEASE, tick=False):
        send_due()
    assert outcome(mail)[0::2] == (State.FAILED, "Roster was cut off at each attempt. Given up.")
    assert not locmem.outbox


def test_mail_revoked_while_it_waits_for_another_attempt_is_not_sent(write, server):
    server.at_recipient = "450 4.2.1 Busy"
    mail = write()
    send_due()
    write("note:1", None)
    server.at_recipient = None
    mail.refresh_from_db()
    with time_machine.travel(mail.due_at, tick=False):
        send_due()
    assert outcome(mail)[0] == State.DROPPED
    assert not server.taken


def test_headers_of_a_message_are_sent_but_cannot_change_its_id(write, server):
    mail = write(
        "note:1", Message("a@example.org", "A", "A\n", "<p>A</p>", {"Reply-To": "b@example.org", "Message-ID": "<x>"})
    )
    send_due()
    assert server.taken[0]["Reply-To"] == "b@example.org"
    assert server.ids == [mail.message_id]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_sending(write, server):
    sender, open_ones = connections["default"], []
    server.when_taken = lambda: open_ones.append(sender.in_atomic_block)
    write()
    send_due()
    assert open_ones == [False]


def test_task_delivered_five_times_sends_one_mail(write):
    write()
    for _ in range(5):
        tasks.send_due.run()
    assert len(locmem.outbox) == 1
