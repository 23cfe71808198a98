"""Several workers at one job, at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from jobs import running
from jobs.models import JobState
from tests.jobs import kinds  # noqa: F401 - declares them
from tests.jobs.test_running import numbers, started
from tests.races import race
from tests.scale import scaled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.sized
def test_two_workers_do_each_step_once():
    for _ in range(scaled(50)):
        job = started(total=6)
        race([partial(running.run, job.pk, 60)] * 2)
        job.refresh_from_db()
        assert (job.state, job.seen, job.changed) == (JobState.DONE, 6, 6)
        assert numbers(job) == list(range(6))


@pytest.mark.sized
def test_workers_that_take_turns_do_each_step_once():
    for _ in range(scaled(50)):
        job = started(total=6)
        while job.is_open:
            race([partial(running.run, job.pk, 0)] * 3)
            job.refresh_from_db()
        assert numbers(job) == list(range(6))
