"""A worker is killed in the middle of a long change: nobody is left out, and nobody changed twice."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from jobs import running
from jobs.models import Job, JobState
from tests.bulk_races import changed_once, confirmed
from tests.factories import count_again, crowd, role_of
from tests.scale import scaled
from tests.services.conftest import database_url
from tests.services.programs import Program, wait_until

pytestmark = [pytest.mark.services, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PEOPLE = 3_000
WORKER = "import django; django.setup(); from jobs.running import run_due; run_due(60)"


def worker(folder: Path) -> Program:
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    return Program([sys.executable, "-c", WORKER], environment, folder / "worker.log")


def test_kill_in_the_middle_loses_nobody_and_doubles_nobody(owner, tmp_path):
    crowd(owner.organization, PEOPLE)
    chance = random.Random(7)
    for _ in range(scaled(20)):
        job = confirmed(owner, "viewer")
        program = worker(tmp_path)
        program.start()
        at = chance.randrange(0, PEOPLE - 500)
        wait_until(Job.objects.filter(pk=job.pk, seen__gte=max(at, 1)).exists)
        program.end()
        job.refresh_from_db()
        assert job.seen == job.changed
        assert job.parts.count() * 500 >= job.seen
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(leased_until=timezone.now())
        assert running.run_due(60)
        changed_once(owner, job, PEOPLE)
        owner.organization.memberships.filter(owns=False).update(role=role_of(owner.organization, "member"))
        count_again(owner.organization)
