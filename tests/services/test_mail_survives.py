"""Committed means sent, or visibly failed: with real workers, and what they stand on killed under them."""

import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from celery import current_app
from django.urls import reverse
from django.utils import timezone

from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from mail.models import Mail, State
from organizations.models import Membership
from tests.factories import acting, role_of
from tests.mail.server import MailServer
from tests.scale import FULL_SIZE, REPEATS, scaled
from tests.services.conftest import Stack
from tests.services.programs import Program, wait_until

pytestmark = [pytest.mark.services, pytest.mark.postgresql]

THREADS = 4
MAILS = 20 if FULL_SIZE else 3  # each of them meets the fault


def say(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{figures}\n")


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
    took = time.monotonic() - began
    say(capsys, f"{number} invitations, workers and brokers killed: all sent in {took:.0f} s, {twice} twice")


def test_mail_that_is_queued_while_no_worker_runs_is_sent_by_the_next(stack: Stack, invite_many):
    invite_many(5)
    stack.worker()
    stack.wait_for_all()
    assert len(stack.server.taken) == 5


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_inviting_answers_while_the_broker_is_away_and_mail_goes_out_when_it_is_back(
    stack: Stack, owner: Membership, client_of, how, capsys
):
    stack.worker()
    stack.beat()
    browser = client_of(owner)
    page = reverse("invitations:create", args=[owner.organization.slug])
    browser.get(page)  # what is loaded once is loaded
    role, slowest, invited = role_of(owner.organization, "member"), 0.0, []
    for turn in range(REPEATS):
        if how == "killed":
            stack.broker.end()
        else:
            stack.broker.freeze()

        began = time.monotonic()
        addresses = [f"ines{turn}@example.org", f"tomas{turn}@example.org"]
        response = browser.post(page, {"addresses": " ".join(addresses), "role": str(role.pk), "days": "7"})
        slowest = max(slowest, time.monotonic() - began)
        assert slowest < 2
        assert response.status_code == 302
        assert Mail.objects.filter(state=State.PENDING, attempts=0).count() == 2

        if how == "killed":
            stack.broker.start()
        else:
            stack.broker.thaw()
        stack.wait_for_all(watching=True)
        invited += addresses
        assert sorted(stack.server.recipients) == sorted(invited)
    say(capsys, f"broker {how} and back: {REPEATS} times, none lost, the slowest page {slowest:.1f} s of 2")


def test_flushed_broker_loses_no_mail(stack: Stack, invite_many, capsys):
    worker, _ = stack.worker(), stack.beat()
    for turn in range(REPEATS):
        worker.freeze()  # so that what is flushed was not taken already
        invite_many(5)
        stack.broker.flush()
        worker.thaw()
        stack.wait_for_all()
        assert len(stack.server.taken) == 5 * (turn + 1)
    say(capsys, f"broker flushed: {REPEATS} times, none lost")


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
        ("at_data", "drop", MAILS),
    ],
)
def test_trouble_at_the_mail_server_passes(stack: Stack, invite_many, where, answer, taken, capsys):
    setattr(stack.server, where, answer)
    stack.worker()
    stack.beat()
    invite_many(MAILS)
    wait_until(lambda: Mail.objects.filter(state=State.PENDING, attempts=1).exclude(reason="").count() == MAILS, 60)
    assert len(stack.server.taken) == taken
    setattr(stack.server, where, None)
    stack.pauses_end()
    stack.wait_for_all()
    assert len(stack.server.taken) == taken + MAILS
    assert set(stack.server.ids) == set(Mail.objects.values_list("message_id", flat=True))
    assert set(Mail.objects.values_list("attempts", flat=True)) == {2}
    say(capsys, f"{answer} {where}: {MAILS} mails, all sent at the second attempt, {taken} taken at the first as well")


def test_refusal_is_final_and_has_its_reason(stack: Stack, invite_many, capsys):
    stack.server.at_recipient = "550 5.1.1 User unknown"
    stack.worker()
    stack.beat()
    invite_many(MAILS)
    stack.wait_for_all(State.FAILED)
    assert set(Mail.objects.values_list("attempts", "reason")) == {(1, "The address does not exist.")}
    say(capsys, f"550: {MAILS} mails, each failed once")


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_invitation_that_is_over_between_queue_and_send_is_not_mailed(
    stack: Stack, owner: Membership, invite_many, how, capsys
):
    invite_many(MAILS + 1)
    over, still_open = list(Invitation.objects.order_by("email"))[:MAILS], Invitation.objects.order_by("email").last()
    if how == "revoked":
        revoke(actor=acting(owner), organization=owner.organization, invitations=over)
    else:
        moment = timezone.now() - timedelta(seconds=1)
        Invitation.objects.filter(pk__in=[one.pk for one in over]).update(expires_at=moment)
    stack.worker()
    stack.beat()
    wait_until(lambda: not Mail.objects.filter(state__in=Mail.OPEN).exists())
    assert stack.server.recipients == [still_open.email]
    assert Counter(Mail.objects.values_list("state", flat=True)) == {State.DROPPED: MAILS, State.SENT: 1}
    say(capsys, f"{how} between queue and send: {MAILS} mails, none sent")
