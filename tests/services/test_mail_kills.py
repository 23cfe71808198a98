"""kill -9 at every moment of a mail's way, of the worker or of its child: none is lost, and none is sent twice but one
that the server had taken and nobody had marked."""

from collections import Counter
from collections.abc import Callable
from threading import Event

import pytest
from django.db import connection, transaction

from mail import outbox
from mail.models import Mail, State
from tests.scale import FULL_SIZE, REPEATS
from tests.services.conftest import Stack
from tests.services.programs import Celery, wait_until
from tests.services.test_mail_survives import say

pytestmark = [pytest.mark.services, pytest.mark.postgresql]

Kill = Callable[[], None]


def waiting_for_a_lock() -> list[int]:
    """The database's processes that wait in this database for what this test holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return [pid for (pid,) in cursor.fetchall()]


def kill_who_waits(kill: Kill) -> None:
    """Kill the worker while it waits for the database, and what it asked for with it."""
    wait_until(waiting_for_a_lock)
    kill()
    with connection.cursor() as cursor:
        for pid in waiting_for_a_lock():
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    wait_until(lambda: not waiting_for_a_lock())


def before_claim(stack: Stack, worker: Celery, kill: Kill, invite: Callable[[int], object]) -> None:
    worker.freeze()
    invite(1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE mail_mail IN SHARE MODE")
        worker.thaw()
        kill_who_waits(kill)


def after_claim(stack: Stack, worker: Celery, kill: Kill, invite: Callable[[int], object]) -> None:
    _kill_when("when_greeted", stack, kill, invite)


def before_data(stack: Stack, worker: Celery, kill: Kill, invite: Callable[[int], object]) -> None:
    _kill_when("when_asked", stack, kill, invite)


def _kill_when(moment: str, stack: Stack, kill: Kill, invite: Callable[[int], object]) -> None:
    killed = Event()

    def now() -> None:
        if not killed.is_set():
            kill()
            killed.set()

    setattr(stack.server, moment, now)
    invite(1)
    assert killed.wait(30)
    setattr(stack.server, moment, lambda: None)


def after_250(stack: Stack, worker: Celery, kill: Kill, invite: Callable[[int], object]) -> None:
    """The server has said so, and the worker is about to write it down."""
    taken, held = Event(), Event()

    def hold_on() -> None:
        taken.set()
        held.wait(30)

    stack.server.when_taken = hold_on
    invite(1)
    assert taken.wait(30)
    stack.server.when_taken = lambda: None
    with transaction.atomic():
        Mail.objects.select_for_update().get(message_id=stack.server.ids[-1])
        held.set()
        kill_who_waits(kill)


def after_marking(stack: Stack, worker: Celery, kill: Kill, invite: Callable[[int], object]) -> None:
    invite(1)
    wait_until(lambda: Mail.objects.order_by("-pk")[0].state == State.SENT)
    kill()


# What stands in the outbox after the kill, and how often the server takes the mail in the end.
MOMENTS = [
    (before_claim, (State.PENDING, 0), 1),
    (after_claim, (State.SENDING, 1), 1),
    (before_data, (State.SENDING, 1), 1),
    (after_250, (State.SENDING, 1), 2),
    (after_marking, (State.SENT, 1), 1),
]


# A child is killed at every moment in `make soak`, and at one of them otherwise.
CASES = [
    pytest.param(who, *one, id=f"{who}-{one[0].__name__}")
    for who in ("worker", "child")
    for one in MOMENTS
    if who == "worker" or FULL_SIZE or one[0] is after_claim
]


@pytest.mark.parametrize(("who", "moment", "left", "times"), CASES)
def test_kill_loses_no_mail_and_doubles_only_what_the_server_had(
    stack: Stack, invite_many, who, moment, left, times, capsys
):
    pool = {"worker": "threads", "child": "prefork"}[who]
    worker = stack.worker(threads=1, pool=pool)
    for _ in range(REPEATS):
        moment(stack, worker, worker.kill if who == "worker" else worker.kill_children, invite_many)
        if who == "worker":
            worker.end()  # it is dead, and is now buried
            newest = Mail.objects.order_by("-pk")[0]
            assert (newest.state, newest.attempts) == left
            worker = stack.worker(threads=1, pool=pool)
        stack.leases_begin_anew()  # on a slow machine the first would be taken up again while the last is being killed
    stack.leases_end()
    outbox.nudge()
    stack.wait_for_all()
    taken = Counter(stack.server.ids)
    assert set(taken) == set(Mail.objects.values_list("message_id", flat=True))
    assert len(taken) == REPEATS
    twice = taken.total() - len(taken)
    assert twice <= (times - 1) * REPEATS
    if who == "worker":
        assert twice == (times - 1) * REPEATS
    say(capsys, f"{who} killed {moment.__name__.replace('_', ' ')}: {REPEATS} times, none lost, {twice} sent twice")
