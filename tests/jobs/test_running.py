"""Jobs are done step by step, each step once and whole, whoever does it and whatever breaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from jobs import kinds, running, tasks
from jobs.models import Job, JobState, Part
from tests.jobs.kinds import Broken, count

pytestmark = pytest.mark.django_db


def new(kind: str = "tests.count", total: int = 3, **arguments: Any) -> Job:
    return Job(kind=kind, place_id=uuid7(), total=total, arguments=arguments)


def started(kind: str = "tests.count", total: int = 3, **arguments: Any) -> Job:
    return running.start(new(kind, total, **arguments))


def numbers(job: Job) -> list[int]:
    return list(job.parts.values_list("number", flat=True))


def due_now(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())


def test_job_is_done_in_steps_and_says_so():
    job = started()
    assert (job.state, job.is_open, job.percent) == (JobState.WAITING, True, 0)
    running.run(job.pk, 60)
    job.refresh_from_db()
    assert (job.state, job.is_open, job.percent) == (JobState.DONE, False, 100)
    assert (job.seen, job.changed, job.reason, job.leased_until) == (3, 3, "", None)
    assert job.finished_at
    assert numbers(job) == [0, 1, 2]


def test_worker_whose_time_is_over_leaves_the_rest_to_the_next_one():
    job = started()
    running.run(job.pk, 0)
    job.refresh_from_db()
    assert (job.state, job.seen, job.percent, job.leased_until) == (JobState.WAITING, 1, 33, None)
    running.run(job.pk, 60)
    assert numbers(job) == [0, 1, 2]


def test_all_that_is_due_is_done_the_oldest_first():
    jobs = [started(total=number) for number in (1, 2, 3)]
    assert running.run_due(60)
    for job in jobs:
        job.refresh_from_db()
    assert [job.state for job in jobs] == [JobState.DONE] * 3
    ends = [job.finished_at for job in jobs if job.finished_at]
    assert ends == sorted(ends)


def test_long_job_keeps_no_short_one_waiting(monkeypatch):
    monkeypatch.setattr(running, "TURN", 0)
    long, short = started(total=9), started(total=1)
    assert running.run_due(60)
    for job in (long, short):
        job.refresh_from_db()
        assert job.state == JobState.DONE
    assert short.finished_at
    assert long.finished_at
    assert short.finished_at < long.finished_at
    assert numbers(long) == list(range(9))


def test_what_is_left_is_said():
    started()
    assert not running.run_due(0)


def test_job_is_done_at_once_where_it_is_started():
    job = running.do_here(new(), 60)
    assert (job.state, job.seen) == (JobState.DONE, 3)


def test_job_that_takes_long_where_it_is_started_goes_on_elsewhere():
    job = running.do_here(new(), 0)
    assert (job.state, job.seen) == (JobState.WAITING, 1)
    assert running.run_due(60)
    assert numbers(job) == [0, 1, 2]


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("denied", "You may no longer do this here."),
        ("silent", "You may no longer do this."),
        ("gone", "This role no longer exists."),
    ],
)
def test_refusal_stops_the_job_and_undoes_its_step(how, reason):
    job = started("tests.refuse", at=2, how=how)
    running.run(job.pk, 60)
    job.refresh_from_db()
    assert (job.state, job.reason, job.seen, job.leased_until) == (JobState.FAILED, reason, 1, None)
    assert numbers(job) == [0]


def test_step_that_breaks_leaves_nothing_and_is_done_again_later():
    job = started("tests.break", at=2, times=1)
    running.run(job.pk, 60)
    job.refresh_from_db()
    assert (job.state, job.seen, job.attempts) == (JobState.WAITING, 1, 1)
    assert timezone.now() < job.due_at <= timezone.now() + timedelta(seconds=5)
    assert numbers(job) == [0]
    running.run(job.pk, 60)
    assert numbers(job) == [0]  # not yet
    due_now(job)
    running.run(job.pk, 60)
    job.refresh_from_db()
    assert (job.state, job.seen, job.attempts) == (JobState.DONE, 3, 0)
    assert numbers(job) == [0, 1, 2]


def test_job_that_breaks_five_times_at_one_step_stops_and_says_so():
    job = started("tests.break", at=2, times=9)
    waits = []
    for _ in range(running.MOST_ATTEMPTS):
        due_now(job)
        running.run(job.pk, 60)
        job.refresh_from_db()
        waits.append(round((job.due_at - timezone.now()).total_seconds()))
    assert waits[:4] == list(running.PAUSES)
    assert (job.state, job.seen, job.attempts) == (JobState.FAILED, 1, 5)
    assert "went wrong on our side" in job.reason
    due_now(job)
    assert running.run_due(60)
    assert numbers(job) == [0]


def test_job_that_breaks_does_not_keep_the_others_waiting():
    broken, fine = started("tests.break", at=1, times=9), started()
    assert running.run_due(60)
    fine.refresh_from_db()
    broken.refresh_from_db()
    assert (broken.state, fine.state) == (JobState.WAITING, JobState.DONE)


def test_kind_that_nobody_knows_stops_in_the_end():
    job = started("tests.unknown")
    for _ in range(running.MOST_ATTEMPTS):
        due_now(job)
        running.run(job.pk, 60)
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_job_that_somebody_does_is_left_alone_until_the_lease_ends():
    job = started()
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, leased_until=timezone.now() + timedelta(seconds=30))
    assert running.run_due(60)
    assert numbers(job) == []
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now())
    assert running.run_due(60)
    assert numbers(job) == [0, 1, 2]


def test_worker_whose_lease_was_taken_over_does_no_more():
    job = started()
    late = running._claim(job.pk)
    assert late
    taken = timezone.now() + timedelta(seconds=90)
    Job.objects.filter(pk=job.pk).update(leased_until=taken)
    assert running._step(job.pk, late, again=True) is None
    running._put_off(job.pk, late, Broken())
    job.refresh_from_db()
    assert (job.seen, job.attempts, job.leased_until) == (0, 0, taken)


def test_kind_is_declared_once():
    with pytest.raises(ValueError, match=r"tests\.count is declared twice"):
        kinds.register("tests.count", count)
    with pytest.raises(KeyError):
        kinds.step_of("tests.unknown")


# Tasks


@pytest.fixture
def nudges(monkeypatch) -> list[str]:
    """What the broker is asked for: there is none here."""
    asked: list[str] = []
    for module in (running, tasks):
        monkeypatch.setattr(module, "nudge", asked.append)
    return asked


def test_worker_is_woken_when_the_job_is_committed(nudges, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        started()
        assert nudges == []
    assert nudges == ["jobs.run_due"]


def test_sweep_wakes_a_worker_for_what_is_due_alone(nudges):
    tasks.sweep()
    assert nudges == []
    job = new()
    job.due_at += timedelta(seconds=60)
    job.save()
    tasks.sweep()
    assert nudges == []
    due_now(job)
    tasks.sweep()
    assert nudges == ["jobs.run_due"]


def test_task_does_what_is_due_and_asks_for_another_where_some_is_left(nudges, monkeypatch):
    job = started()
    tasks.run_due()
    job.refresh_from_db()
    assert (job.state, nudges) == (JobState.DONE, [])
    started()
    monkeypatch.setattr(tasks, "SECONDS_PER_TASK", 0)
    tasks.run_due()
    assert nudges == ["jobs.run_due"]


def test_what_ended_a_month_ago_is_forgotten_with_its_parts():
    old, recent, waiting = running.do_here(new(), 60), running.do_here(new(), 60), started()
    Job.objects.filter(pk__in=[old.pk, waiting.pk]).update(created_at=timezone.now() - timedelta(days=40))
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
    tasks.forget()
    assert set(Job.objects.all()) == {recent, waiting}
    assert not Part.objects.filter(job_id=old.pk).exists()
