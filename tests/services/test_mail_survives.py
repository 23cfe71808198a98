"""Committed means sent, or visibly failed: with real workers, and what they stand on killed under them."""

import sys
import time
from collections import Counter

import pytest
from celery import current_app
from django.urls import reverse

from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from mail.models import Mail, State
from organizations.models import Membership
from tests.factories import acting, role_of
from tests.mail.server import MailServer
from tests.scale import scaled
from tests.services.conftest import Stack
from tests.services.programs import Program, wait_until

pytestmark = [pytest.mark.services, pytest.mark.postgresql]

THREADS = 4


def kill_at(server: MailServer, number: int, *programs: Program) -> None:
    """When the server takes its mail of this number, and before it says so, these are killed."""

    def kill() -> None:
        if len(server.taken) == number:
            for program in programs:
                program.kill()

    server.when_taken = kill


def test_kills_while_many_are_being_sent_lose_none(stack: Stack, invite_many, capsys):
    number, began = scaled(200), time.monotonic()
    worker, _ = stack.worker(THREADS), stack.beat()
    kill_at(stack.server, number // 4, worker)
    addresses = invite_many(number)
    wait_until(lambda: not worker.runs)

    worker = stack.worker(THREADS)
    kill_at(stack.server, number // 2, stack.broker)
    stack.leases_end()
    wait_until(lambda: not stack.broker.runs)
    stack.broker.start()

    kill_at(stack.server, max(number * 3 // 4, len(stack.server.taken) + 1), worker, stack.broker)
    wait_until(lambda: not worker.runs or not Mail.objects.filter(state__in=Mail.OPEN).exists())
    if not stack.broker.runs:
        stack.broker.start()
    if not worker.runs:
        stack.worker(THREADS)
        stack.leases_end()
    stack.wait_for_all(seconds=180)

    assert set(stack.server.recipients) == set(addresses)
    ids = Counter(stack.server.ids)
    assert set(ids) == set(Mail.objects.values_list("message_id", flat=True)), "each mail has one Message-ID"
    twice = sum(ids.values()) - len(ids)
    assert twice <= 2 * THREADS, "only what was taken and not yet marked when its worker was killed"
    with capsys.disabled():
        took = time.monotonic() - began
        sys.stdout.write(
            f"\n{number} invitations, workers and brokers killed: all sent in {took:.0f} s, {twice} twice\n"
        )


@pytest.mark.parametrize(
    ("moment", "expected"), [("before DATA", 1), ("after DATA", 2)], ids=["before DATA", "after 250"]
)
def test_kill_sends_twice_only_what_the_server_had_taken(stack: Stack, invite_many, moment, expected):
    worker, _ = stack.worker(threads=1), stack.beat()
    if moment == "before DATA":
        stack.server.when_asked = worker.kill
    else:
        stack.server.when_taken = worker.kill
    invite_many(1)
    wait_until(lambda: not worker.runs)
    assert Mail.objects.get().state == State.SENDING

    stack.server.when_asked = stack.server.when_taken = lambda: None
    stack.leases_end()
    stack.worker(threads=1)
    stack.wait_for_all()
    assert stack.server.ids == [Mail.objects.get().message_id] * expected


def test_kill_after_marking_sends_nothing_again(stack: Stack, invite_many):
    worker, _ = stack.worker(threads=1), stack.beat()
    invite_many(3)
    stack.wait_for_all()
    worker.kill()
    stack.worker(threads=1)
    time.sleep(3)
    assert len(stack.server.taken) == 3


def test_mail_that_is_queued_while_no_worker_runs_is_sent_by_the_next(stack: Stack, invite_many):
    invite_many(5)
    stack.worker()
    stack.wait_for_all()
    assert len(stack.server.taken) == 5


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_inviting_answers_while_the_broker_is_away_and_mail_goes_out_when_it_is_back(
    stack: Stack, owner: Membership, client_of, how
):
    stack.worker()
    stack.beat()
    browser = client_of(owner)
    page = reverse("invitations:create", args=[owner.organization.slug])
    browser.get(page)  # what is loaded once is loaded
    if how == "killed":
        stack.broker.end()
    else:
        stack.broker.freeze()

    began = time.monotonic()
    role = role_of(owner.organization, "member")
    response = browser.post(
        page, {"addresses": "ines@example.org tomas@example.org", "role": str(role.pk), "days": "7"}
    )
    assert time.monotonic() - began < 2
    assert response.status_code == 302
    assert list(Mail.objects.values_list("state", flat=True)) == [State.PENDING, State.PENDING]

    if how == "killed":
        stack.broker.start()
    else:
        stack.broker.thaw()
    stack.wait_for_all()
    assert sorted(stack.server.recipients) == ["ines@example.org", "tomas@example.org"]


def test_flushed_broker_loses_no_mail(stack: Stack, invite_many):
    invite_many(5)
    stack.broker.flush()
    stack.worker()
    stack.beat()
    stack.wait_for_all()
    assert len(stack.server.taken) == 5


def test_two_workers_two_beats_and_a_message_delivered_five_times_send_each_mail_once(stack: Stack, invite_many):
    number = scaled(300)
    invite_many(number)
    for name in ("mail.send_due", "mail.sweep") * 5:
        current_app.send_task(name)
    for _ in range(2):
        stack.worker(THREADS)
        stack.beat()
    stack.wait_for_all()
    time.sleep(2)
    assert sorted(Counter(stack.server.ids).values()) == [1] * number


@pytest.mark.parametrize(
    ("where", "answer", "taken"),
    [
        ("at_recipient", "421 4.3.2 Closing", 0),
        ("at_recipient", "450 4.2.1 Greylisted", 0),
        ("at_recipient", "silence", 0),
        ("at_data", "451 4.3.0 Try later", 0),
        ("at_data", "drop", 3),
    ],
)
def test_trouble_at_the_mail_server_passes(stack: Stack, invite_many, where, answer, taken):
    setattr(stack.server, where, answer)
    stack.worker()
    stack.beat()
    invite_many(3)
    wait_until(lambda: Mail.objects.filter(state=State.PENDING, attempts=1).exclude(reason="").count() == 3)
    assert len(stack.server.taken) == taken
    setattr(stack.server, where, None)
    stack.pauses_end()
    stack.wait_for_all()
    assert len(stack.server.taken) == taken + 3
    assert set(stack.server.ids) == set(Mail.objects.values_list("message_id", flat=True))


def test_refusal_is_final_and_has_its_reason(stack: Stack, invite_many):
    stack.server.at_recipient = "550 5.1.1 User unknown"
    stack.worker()
    stack.beat()
    invite_many(3)
    stack.wait_for_all(State.FAILED)
    assert set(Mail.objects.values_list("attempts", "reason")) == {(1, "The address does not exist.")}


def test_invitation_revoked_between_queue_and_send_is_not_mailed(stack: Stack, owner: Membership, invite_many):
    invite_many(2)
    invitations = list(Invitation.objects.order_by("email"))
    revoke(actor=acting(owner), organization=owner.organization, invitations=invitations[:1])
    stack.worker()
    stack.beat()
    wait_until(lambda: not Mail.objects.filter(state__in=Mail.OPEN).exists())
    assert stack.server.recipients == [invitations[1].email]
    assert sorted(Mail.objects.values_list("state", flat=True)) == [State.DROPPED, State.SENT]
