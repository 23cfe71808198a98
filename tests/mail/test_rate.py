"""No more mails go in a minute than the setting says, whoever sends them; what waits for its moment is not lost."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Thread

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone

from mail.models import Mail, Pace, State
from mail.rate import MINUTE, next_moment
from mail.sending import send_due

WORKERS = 4


def work() -> bool:
    try:
        return send_due()
    finally:
        connections.close_all()


@pytest.mark.django_db
def test_without_a_rate_nothing_waits_and_nothing_is_counted(write, settings):
    assert settings.MAIL_PER_MINUTE == 0
    for number in range(10):
        write(f"note:{number}")
    send_due()
    assert not Pace.objects.exists()
    assert not Mail.objects.exclude(state=State.SENT).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("rate", [1, 7, 60, 250])
def test_no_minute_has_more_moments_than_the_rate(settings, rate):
    settings.MAIL_PER_MINUTE = rate
    moments: list[datetime] = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        begin = timezone.now()
        while timezone.now() < begin + 2.5 * MINUTE:
            while moment := next_moment():
                moments.append(moment)
            clock.shift(MINUTE / max(rate, 60))
    assert moments == sorted(set(moments))
    for first in moments:
        assert sum(first <= moment < first + MINUTE for moment in moments) <= rate
    assert sum(begin <= moment < begin + 2 * MINUTE for moment in moments) == 2 * rate, "and none is wasted"


@pytest.mark.django_db
def test_moments_that_nobody_used_are_not_saved_up(settings):
    settings.MAIL_PER_MINUTE = 60
    with time_machine.travel(timezone.now(), tick=False) as clock:
        next_moment()
        clock.shift(10 * MINUTE)
        assert next_moment() == timezone.now()
        assert next_moment() == timezone.now() + timedelta(seconds=1)
        assert next_moment() is None


@pytest.mark.django_db
def test_moment_that_another_worker_took_first_is_not_given_twice(settings):
    settings.MAIL_PER_MINUTE = 60
    next_moment()
    first: list[datetime | None] = []

    def another_is_faster(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and not first:
            first.append(None)
            first[0] = next_moment()
        return execute(sql, params, many, context)

    with time_machine.travel(timezone.now() + MINUTE, tick=False), connection.execute_wrapper(another_is_faster):
        assert next_moment() == timezone.now() + timedelta(seconds=1)
        assert first == [timezone.now()]


@pytest.mark.django_db
def test_clock_that_was_wrong_does_not_stop_the_mail(settings):
    settings.MAIL_PER_MINUTE = 60
    Pace.objects.create(pk=1, free_from=timezone.now() + timedelta(days=365))
    assert next_moment() is not None


@pytest.mark.django_db(transaction=True)
def test_four_workers_share_the_rate_and_lose_nothing(write, server, settings):
    settings.MAIL_PER_MINUTE = 600
    times: list[float] = []
    server.when_taken = lambda: times.append(time.monotonic())
    for number in range(25):
        write(f"note:{number}")
    with ThreadPoolExecutor(WORKERS) as pool:
        for worker in [pool.submit(work) for _ in range(WORKERS)]:
            assert worker.result()
    assert Counter(Mail.objects.values_list("state", "attempts")) == {(State.SENT, 1): 25}
    assert len(set(server.ids)) == len(server.ids) == 25
    for first in times:  # at ten a second; what left late may meet what leaves in time, one for each worker
        assert sum(first <= one < first + 1 for one in times) <= 10 + WORKERS
    assert times[-1] - times[0] > 2.4 - 0.1 * WORKERS


@pytest.mark.django_db(transaction=True)
def test_worker_that_waits_holds_no_mail_and_a_second_one_has_nothing_to_wait_for(write, server, settings):
    settings.MAIL_PER_MINUTE = 40
    for number in range(3):
        write(f"note:{number}")
    first = Thread(target=work)
    first.start()
    while not server.taken:
        time.sleep(0.01)
    time.sleep(0.3)
    assert Counter(Mail.objects.values_list("state", "attempts")) == {(State.SENT, 1): 1, (State.PENDING, 0): 2}
    began = time.monotonic()
    assert send_due()
    assert time.monotonic() - began < 0.5
    assert len(server.taken) == 1
    first.join(10)
    assert Counter(Mail.objects.values_list("state", "attempts")) == {(State.SENT, 1): 3}
    assert server.connections == 1


@pytest.mark.django_db(transaction=True)
def test_connection_is_not_kept_through_a_long_wait(write, server, settings):
    settings.MAIL_PER_MINUTE = 24
    write("note:1")
    write("note:2")
    worker = Thread(target=work)
    worker.start()
    while not server.taken:
        time.sleep(0.01)
    time.sleep(0.3)
    assert server.open_connections == 0
    worker.join(10)
    assert len(server.taken) == server.connections == 2
