"""A mail goes on its way with the change that it tells of, or not at all; the broker is only a hint."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from mail import kinds, outbox
from mail.models import Mail, State
from mail.outbox import NewMail, enqueue, enqueue_many, latest, try_again


@pytest.fixture(autouse=True)
def nudges(monkeypatch) -> Iterator["Nudges"]:
    """What waits in the queue, of a broker that is in this process alone."""
    monkeypatch.setenv("CELERY_BROKER_URL", "memory://")
    waiting = Nudges()
    waiting.clear()
    yield waiting
    waiting.clear()


class Nudges:
    def clear(self) -> None:
        with current_app.connection_for_write() as broker:
            current_app.amqp.queues["celery"](broker.default_channel).purge()

    def count(self) -> int:
        with current_app.connection_for_write() as broker:
            declared: Any = current_app.amqp.queues["celery"](broker.default_channel).queue_declare()
            return int(declared.message_count)


@pytest.mark.django_db(transaction=True)
def test_mail_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="in the transaction of the change"):
        enqueue("tests.note", "note:1", {})
    assert not Mail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_mail_of_a_change_that_is_undone_is_undone_too(nudges):
    with transaction.atomic():
        enqueue("tests.note", "note:1", {})
        transaction.set_rollback(True)
    assert not Mail.objects.exists()
    assert nudges.count() == 0


@pytest.mark.django_db(transaction=True)
def test_committed_mail_waits_and_wakes_one_worker(nudges):
    with transaction.atomic():
        enqueue("tests.note", "note:1", {"note": "7"})
        assert nudges.count() == 0
    mail = Mail.objects.get()
    assert (mail.kind, mail.key, mail.ids, mail.state, mail.attempts) == (
        "tests.note", "note:1", {"note": "7"}, State.PENDING, 0,
    )  # fmt: skip
    assert nudges.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("mails", "expected"), [(0, 0), (50, 1), (51, 2), (500, 4)])
def test_many_mails_wake_a_few_workers(nudges, mails, expected):
    with transaction.atomic():
        enqueue_many([NewMail("tests.note", f"note:{number}", {}) for number in range(mails)])
    assert Mail.objects.count() == mails
    assert nudges.count() == expected


@pytest.mark.django_db
def test_same_key_is_one_mail_and_keeps_the_first():
    enqueue("tests.note", "note:1", {"note": "first"})
    enqueue_many([NewMail("tests.note", key, {"note": "second"}) for key in ("note:1", "note:2", "note:2")])
    assert {mail.key: mail.ids["note"] for mail in Mail.objects.all()} == {"note:1": "first", "note:2": "second"}


@pytest.mark.django_db
def test_every_mail_has_one_message_id_in_our_domain(settings):
    settings.MAIL_DOMAIN = "roster.example.org"
    enqueue("tests.note", "note:1", {})
    mail = Mail.objects.get()
    assert mail.message_id == f"<{mail.id}@roster.example.org>"


@pytest.fixture(params=["refuses", "is silent"])
def broker_away(request, monkeypatch) -> Iterator[None]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        if request.param == "is silent":
            listener.listen()
        monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
        yield
        monkeypatch.setenv("CELERY_BROKER_URL", "memory://")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker_away")
def test_broker_that_is_away_costs_a_second_and_no_mail(caplog):
    began = time.monotonic()
    with transaction.atomic():
        enqueue_many([NewMail("tests.note", f"note:{number}", {}) for number in range(500)])
    assert time.monotonic() - began < 1.8
    assert Mail.objects.filter(state=State.PENDING).count() == 500
    assert "the work waits for the next sweep" in caplog.text


@pytest.mark.django_db
def test_state_of_several_mails_is_one_query(django_assert_num_queries):
    enqueue_many([NewMail("tests.note", f"note:{number}", {}) for number in range(3)])
    with django_assert_num_queries(1):
        found = latest(["note:0", "note:2", "note:9"])
    assert {key: mail.state for key, mail in found.items()} == {"note:0": State.PENDING, "note:2": State.PENDING}


@pytest.mark.django_db(transaction=True)
def test_failed_mail_can_be_tried_again(nudges):
    with transaction.atomic():
        enqueue("tests.note", "note:1", {})
    nudges.clear()
    Mail.objects.update(state=State.FAILED, attempts=8, reason="The mailbox is full.")
    mail = Mail.objects.get()
    assert try_again(mail)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.reason) == (State.PENDING, 0, "")
    assert nudges.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.PENDING, State.SENT, State.DROPPED])
def test_mail_that_did_not_fail_is_not_sent_again(state):
    enqueue("tests.note", "note:1", {})
    Mail.objects.update(state=state)
    assert not try_again(Mail.objects.get())
    assert Mail.objects.get().state == state


def test_kind_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        kinds.register("tests.note", lambda ids: None)


def test_nudge_of_nothing_does_nothing(nudges):
    outbox.nudge(0)
    assert nudges.count() == 0
