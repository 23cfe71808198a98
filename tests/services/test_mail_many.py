"""Ten thousand mails and four workers: none is lost, none is sent twice, and none leaves faster than it may."""

import time
from collections import Counter

import pytest
from django.db import transaction

from invitations.emails import INVITATION
from invitations.models import Invitation
from mail.models import Mail, State
from mail.outbox import NewMail, enqueue_many
from tests.scale import scaled
from tests.services.conftest import Stack
from tests.services.programs import wait_until
from tests.services.test_mail_survives import say

pytestmark = [pytest.mark.services, pytest.mark.postgresql]

WORKERS = 4
A_MINUTE = 600


def fill(invite_many, number: int) -> None:
    """So many mails in the outbox, all of one open invitation."""
    invite_many(1)
    Mail.objects.all().delete()
    ids = {"invitation": str(Invitation.objects.get().pk), "version": "1"}
    with transaction.atomic():
        enqueue_many([NewMail(INVITATION, f"note:{one}", ids) for one in range(number)])


def each_once(stack: Stack, number: int) -> None:
    assert Counter(Mail.objects.values_list("state", "attempts")) == {(State.SENT, 1): number}
    assert set(stack.server.ids) == set(Mail.objects.values_list("message_id", flat=True))
    assert len(stack.server.ids) == number


def test_ten_thousand_mails_and_four_workers(stack: Stack, invite_many, capsys):
    number = scaled(10_000)
    fill(invite_many, number)
    for _ in range(WORKERS):
        stack.worker(threads=1)
    wait_until(lambda: stack.server.taken, 60)
    began = time.monotonic()
    stack.wait_for_all(seconds=600)
    seconds = time.monotonic() - began
    each_once(stack, number)
    assert stack.server.connections < number / 20
    figures = f"{number} mails in {seconds:.1f} s, {number / seconds:.0f} a second, over {stack.server.connections}"
    say(capsys, f"{figures} connections by {WORKERS} workers: none twice")


def test_four_workers_keep_to_the_rate(stack: Stack, invite_many, monkeypatch, capsys):
    monkeypatch.setenv("MAIL_PER_MINUTE", str(A_MINUTE))
    number, times = scaled(300), []
    stack.server.when_taken = lambda: times.append(time.monotonic())
    fill(invite_many, number)
    for _ in range(WORKERS):
        stack.worker(threads=1)
    stack.wait_for_all(seconds=180)
    each_once(stack, number)
    a_second = A_MINUTE // 60
    most = max(sum(first <= one < first + 1 for one in times) for first in times)
    # What left a little late may meet what leaves in time: one for each worker.
    assert most <= a_second + WORKERS
    say(
        capsys,
        f"{number} mails at {A_MINUTE} a minute by {WORKERS} workers: {times[-1] - times[0]:.1f} s, {most} in the "
        f"fullest second of {a_second}",
    )
