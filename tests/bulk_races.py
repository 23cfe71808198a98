"""Long changes of many people beside single ones, by several workers, and with a worker that dies."""

from __future__ import annotations

from functools import partial

from audit.models import Event
from jobs import running
from jobs.models import Job, JobState
from organizations.actions.assigning import change_role
from organizations.actions.members import remove
from organizations.bulk import deeds
from organizations.bulk.rehearsing import confirm, start_rehearsal
from organizations.bulk.selection import Selection
from organizations.models import Membership
from tests.factories import acting, role_of
from tests.races import race, refusals
from tests.witness import counters


def confirmed(owner: Membership, role: str) -> Job:
    """Everyone with the role of a member is to be given this one; looked at, confirmed and not begun."""
    organization = owner.organization
    member = role_of(organization, "member")
    rehearsal = start_rehearsal(
        actor=acting(owner),
        user=owner.user,
        organization=organization,
        deed=deeds.CHANGE_ROLE,
        argument=role_of(organization, role),
        selection=Selection(everything=True, query=f"role={member.pk.hex}"),
    )
    assert running.run_due(60)
    rehearsal.refresh_from_db()
    return confirm(actor=acting(owner), user=owner.user, organization=organization, job=rehearsal)


def changed_once(owner: Membership, job: Job, people: int) -> None:
    """Each was changed once, with one event, and the counters are true."""
    job.refresh_from_db()
    assert (job.state, job.reason, job.seen, job.changed) == (JobState.DONE, "", people, people)
    found = Event.objects.filter(batch=job.pk).values_list("target_id", flat=True)
    assert len(found) == len(set(found)) == people
    counters(owner.organization)


def two_workers(owner: Membership, people: int) -> None:
    """Whoever has the lease does the step; nobody is changed twice, and nobody left out."""
    job = confirmed(owner, "viewer")
    while job.is_open:
        race([partial(running.run, job.pk, 0)] * 2)
        job.refresh_from_db()
    changed_once(owner, job, people)


def single_changes_beside(owner: Membership, people: int) -> None:
    """Single changes wait for a chunk at most; none deadlocks, and none is lost."""
    organization = owner.organization
    job = confirmed(owner, "viewer")
    one, two, three = organization.memberships.filter(owns=False).order_by("-id")[:3]
    admin = role_of(organization, "admin")
    single = partial(change_role, actor=acting(owner), organization=organization, role=admin)
    results = race(
        [
            partial(running.run, job.pk, 60),
            partial(single, memberships=[one]),
            partial(single, memberships=[two, one]),
            partial(remove, actor=acting(owner), organization=organization, memberships=[three]),
        ]
    )
    assert not refusals(results)
    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.DONE, "")
    assert not organization.memberships.filter(pk=three.pk).exists()
    assert organization.memberships.filter(role__key="viewer").count() >= people - 3
    counters(organization)
