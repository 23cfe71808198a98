"""Many mails go over one connection, and whatever becomes of the connection, each mail has only its own trouble."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from django.core.mail import send_mail
from django.db import connections
from django.utils import timezone

from mail.connections import MAILS_PER_CONNECTION
from mail.files import kept_mails
from mail.kinds import Message
from mail.models import Mail, State
from mail.sending import claim_next, send_due
from mail.settling import LEASE, LONGEST_GIVING
from mail.smtp import EmailBackend
from tests.mail.conftest import letter
from tests.mail.server import MailServer
from tests.services.programs import wait_until

pytestmark = pytest.mark.django_db

SENT = (State.SENT, 1)
PUT_OFF = (State.PENDING, 1)
FAILED = (State.FAILED, 1)


@pytest.fixture
def three(write) -> Callable[[], list[Mail]]:
    """Three mails in the outbox, the second one to Bo; called again, they as they stand now."""
    mails = [write(f"note:{name}", letter(to=f"{name}@example.org")) for name in ("ada", "bo", "cem")]
    return lambda: list(Mail.objects.filter(pk__in=[mail.pk for mail in mails]).order_by("pk"))


def outcomes(mails: list[Mail]) -> list[tuple[str, int]]:
    return [(mail.state, mail.attempts) for mail in mails]


def test_many_mails_go_over_one_connection_which_is_closed_afterwards(three, server):
    send_due()
    assert outcomes(three()) == [SENT] * 3
    assert server.recipients == ["ada@example.org", "bo@example.org", "cem@example.org"]
    assert server.connections == 1
    wait_until(lambda: server.open_connections == 0, 1)


def test_no_mail_is_no_connection(server):
    send_due()
    assert server.connections == 0


def test_connection_is_made_anew_after_so_many_mails(write, server):
    for number in range(MAILS_PER_CONNECTION + 1):
        write(f"note:{number}")
    send_due()
    assert len(server.taken) == MAILS_PER_CONNECTION + 1
    assert server.connections == 2


@pytest.mark.parametrize(("answer", "expected"), [("450 4.2.1 Busy", PUT_OFF), ("550 5.7.1 Blocked", FAILED)])
@pytest.mark.parametrize("stage", ["at_sender", "at_recipient", "before_data", "at_data"])
def test_refusal_of_one_mail_keeps_the_connection_for_the_next(write, server, stage, answer, expected):
    first, second, third = (write(f"note:{number}") for number in range(3))
    server.once(stage, "250 OK", answer)
    send_due()
    assert outcomes(list(Mail.objects.order_by("pk"))) == [SENT, expected, SENT]
    assert server.ids == [first.message_id, third.message_id]
    assert second.message_id not in server.ids
    assert server.connections == 1


def test_refusal_of_one_recipient_is_of_that_mail_alone(three, server):
    server.for_address = {"bo@example.org": "550 5.1.1 User unknown"}
    send_due()
    assert outcomes(three()) == [SENT, FAILED, SENT]
    assert [mail.reason for mail in three()] == ["", "The address does not exist.", ""]
    assert server.connections == 1


@pytest.mark.parametrize("answer", ["421 4.3.2 Closing", MailServer.DROP, MailServer.SILENCE])
@pytest.mark.parametrize("stage", ["before_data", "at_data"])
def test_line_that_breaks_once_data_was_said_puts_that_mail_off_and_no_other(three, server, stage, answer):
    server.once(stage, "250 OK", answer)
    send_due()
    assert outcomes(three()) == [SENT, PUT_OFF, SENT]
    assert server.connections == 2


@pytest.mark.parametrize("answer", ["421 4.3.2 Closing", MailServer.DROP, MailServer.SILENCE])
@pytest.mark.parametrize("stage", ["at_sender", "at_recipient"])
def test_line_that_breaks_before_data_is_made_anew_and_costs_no_attempt(three, server, stage, answer):
    server.once(stage, "250 OK", answer)
    send_due()
    assert outcomes(three()) == [SENT] * 3
    assert len(server.taken) == 3
    assert server.connections == 2


@pytest.mark.parametrize("answer", ["421 4.3.2 Closing", MailServer.DROP])
def test_line_is_made_anew_once_for_one_mail(three, server, answer):
    server.once("at_sender", "250 OK", answer, answer)
    send_due()
    assert outcomes(three()) == [SENT, PUT_OFF, SENT]
    assert server.connections == 3


@pytest.mark.parametrize("answer", ["421 4.3.2 Closing", "450 4.3.2 Busy", "554 5.3.2 Go", "drop", "silence"])
def test_server_that_lets_nobody_in_puts_off_the_mail_that_called(three, server, answer):
    server.once("at_greeting", answer)
    send_due()
    assert outcomes(three()) == [PUT_OFF, SENT, SENT]
    assert server.connections == 2


@pytest.mark.parametrize("answer", ["421 4.3.2 Closing", "drop", "silence"])
def test_server_that_breaks_off_at_the_first_word_puts_off_the_mail_that_called(three, server, answer):
    server.once("at_hello", answer)
    send_due()
    assert outcomes(three()) == [PUT_OFF, SENT, SENT]


@pytest.mark.parametrize("parting", ["", "421 4.4.2 Idle for too long"])
def test_server_that_hung_up_in_between_costs_no_attempt(write, server, settings, parting):
    settings.MAIL_PER_MINUTE = 6_000  # so that each is written when the one before has left

    def written_after_a_while() -> Message:
        server.hang_up(parting)
        return letter()

    write("note:1")
    write("note:2", written_after_a_while)
    write("note:3")
    send_due()
    assert outcomes(list(Mail.objects.all())) == [SENT] * 3
    assert len(set(server.ids)) == len(server.ids) == 3
    assert server.connections == 2


def test_server_that_takes_few_mails_over_one_connection_gets_them_over_several(write, server):
    server.mails_per_connection = 2
    for number in range(5):
        write(f"note:{number}")
    send_due()
    assert outcomes(list(Mail.objects.all())) == [SENT] * 5
    assert server.connections == 3


@pytest.mark.usefixtures("kept")
def test_mails_kept_in_files_are_kept_one_by_one(three):
    send_due()
    assert outcomes(three()) == [SENT] * 3
    assert [mail.to for mail in kept_mails()] == ["cem@example.org", "bo@example.org", "ada@example.org"]


@pytest.mark.django_db(transaction=True)
def test_mail_that_took_long_until_the_server_gets_it_is_held_for_longer(write, server):
    leases = []

    def look() -> None:
        leases.append(Mail.objects.get().leased_until)
        connections.close_all()

    def look_aside() -> None:  # the server's own thread may not ask the database
        aside = Thread(target=look)
        aside.start()
        aside.join()

    server.when_asked = look_aside
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def written_slowly() -> Message:
            clock.shift(LEASE - LONGEST_GIVING + timedelta(seconds=1))
            return letter()

        write("note:1", written_slowly)
        send_due()
        assert leases == [timezone.now() + LEASE]
    assert outcomes(list(Mail.objects.all())) == [SENT]


def test_mail_whose_lease_ran_out_before_the_server_got_it_is_left_to_who_has_it_now(write, server):
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def written_too_late() -> Message:
            clock.shift(LEASE)
            assert claim_next() is not None
            return letter()

        write("note:1", written_too_late)
        send_due()
    assert outcomes(list(Mail.objects.all())) == [(State.SENDING, 2)]
    assert not server.taken


def test_encrypted_connection_knows_as_well_what_was_given(settings):
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = True, False
    kind = EmailBackend().connection_class
    assert [one.__name__ for one in kind.mro()[1:4]] == ["_Dialog", "SMTP_SSL", "SMTP"]


def test_mail_that_is_not_from_the_outbox_goes_the_same_way(server):
    send_mail("A note", "Hello.", None, ["Ines <ines@example.org>"])
    assert (server.recipients, server.taken[0]["Subject"]) == (["ines@example.org"], "A note")
