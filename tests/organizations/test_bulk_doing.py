"""Changing several people in one request: each asked about on their own, one batch, and undo for half a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from audit.models import Event
from jobs.models import Job, JobState
from organizations.actions.assigning import change_role
from organizations.actions.deleting_roles import delete_role
from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group
from organizations.bulk import deeds
from organizations.bulk.deed import Deed
from organizations.bulk.doing import do_now
from organizations.bulk.reports import Report
from organizations.bulk.telling import said
from organizations.bulk.undoing import undo
from organizations.models import Group, GroupPlace, Membership
from tests.factories import UserFactory, acting, crowd, found, give_role, join, role_of
from tests.organizations.designing import design, hold
from tests.witness import counters, written


def do(by: Membership, deed: Deed[Any], people: list[Membership], argument: Any = None) -> Job:
    return do_now(
        actor=acting(by),
        user=by.user,
        organization=by.organization,
        deed=deed,
        memberships=people,
        argument=argument,
    )


def undo_it(by: Membership, job: Job) -> Job:
    return undo(actor=acting(by), user=by.user, organization=by.organization, job=job)


def now(person: Membership) -> Membership:
    return Membership.objects.select_related("role").get(pk=person.pk)


@pytest.fixture
def group(owner) -> Group:
    return create_group(actor=acting(owner), organization=owner.organization, name="Field sales", description="")


@pytest.fixture
def people(owner, member, viewer) -> list[Membership]:
    return [member, viewer]


def test_role_is_changed_and_each_change_is_in_the_batch(owner, admin, people):
    with written() as news:
        job = do(owner, deeds.CHANGE_ROLE, people, role_of(owner.organization, "admin"))
    assert (job.state, job.changed, job.seen, job.total) == (JobState.DONE, 2, 2, 2)
    assert [now(one).role.key for one in people] == ["admin", "admin"]
    assert news.actions == ["member.role_changed"] * 2
    assert {event.batch for event in news.events} == {job.pk}
    assert {event.actor_id for event in news.events} == {owner.user_id}
    assert said(job, owner.organization) == "<b>2 people</b> are Admin in Marram Instruments now."
    counters(owner.organization)


def test_people_are_passed_over_with_the_reason_of_the_policy(owner, admin, member, viewer):
    job = do(admin, deeds.CHANGE_ROLE, [owner, admin, member, viewer], role_of(owner.organization, "viewer"))
    assert (job.changed, job.seen) == (1, 4)
    reasons = {reason.code: (reason.names, reason.sentence) for reason in Report.read(job.report).reasons}
    assert reasons["superior"] == (
        ["Grace Okafor"],
        "Grace Okafor owns Marram Instruments. Only an owner can change that.",
    )
    assert reasons["own_role"] == (["Tomás Rivera"], "Nobody changes their own role. Ask someone else who may.")
    assert [now(one).role.key for one in (owner, admin, member)] == ["owner", "admin", "viewer"]


def test_many_passed_over_for_one_reason_are_named_together_fifty_at_most(org, owner, admin):
    crowd(org, 60)
    limited = list(org.memberships.filter(role__key="member"))
    for one in limited:
        give_role(one, "owner")
    job = do(admin, deeds.DEACTIVATE, limited)
    [reason] = Report.read(job.report).reasons
    assert (reason.count, len(reason.names), reason.more, job.changed) == (60, 50, 10, 0)
    assert reason.sentence == "Each of these people owns Marram Instruments. Only an owner can change that."


def test_forged_id_touches_nobody_outside_the_organization(owner, outsider, member):
    with written() as news:
        job = do(owner, deeds.REMOVE, [outsider, member])
    assert (job.changed, job.seen) == (1, 1)
    assert Membership.objects.filter(pk=outsider.pk).exists()
    assert [event.target_id for event in news.events] == [member.user_id]


def test_whoever_lost_the_permission_meanwhile_changes_nobody(owner, admin, member):
    actor = acting(admin)
    give_role(admin, None)
    with written() as news:
        job = do_now(
            actor=actor,
            user=admin.user,
            organization=owner.organization,
            deed=deeds.REMOVE,
            memberships=[member],
        )
    assert job.changed == 0
    assert news.nothing
    Membership.objects.filter(pk=admin.pk).delete()
    job = do_now(actor=actor, user=admin.user, organization=owner.organization, deed=deeds.REMOVE, memberships=[member])
    assert (job.state, job.reason) == (JobState.FAILED, "You are no longer an active member of Marram Instruments.")


def test_end_beyond_a_hundred_years_is_refused_whoever_sends_it(owner, member):
    far = timezone.now() + timedelta(days=36_526)
    job = do(owner, deeds.SET_END, [member], far)
    assert now(member).ends_at is None
    assert [reason.code for reason in Report.read(job.report).reasons] == ["too_far"]


def test_nobody_asks_in_anothers_name(owner, admin, member, staff):
    with pytest.raises(PermissionDenied):
        do_now(
            actor=acting(owner),
            user=admin.user,
            organization=owner.organization,
            deed=deeds.REMOVE,
            memberships=[member],
        )
    assert not Job.objects.exists()


def test_above_two_hundred_it_is_refused_here(owner, member):
    with pytest.raises(ValidationError):
        do(owner, deeds.REMOVE, [member] * 201)


# Undo

ENDS = timezone.now() + timedelta(days=30)


def argument_of(deed: Deed[Any], owner: Membership, group: Group) -> Any:
    return {"role": role_of(owner.organization, "viewer"), "group": group, "ends_at": ENDS, "": None}[deed.asks]


def state_of(organization: Any) -> list[Any]:
    rows = organization.memberships.order_by("pk").values("pk", "role", "owns", "status", "ends_at")
    places = GroupPlace.objects.order_by("membership").values("group", "membership", "curates")
    return [list(rows), list(places), counters(organization)]


UNDOABLE = [deed for deed in deeds.DEEDS if deed.undoable]


@pytest.mark.parametrize("deed", UNDOABLE, ids=lambda deed: deed.key)
def test_what_is_undone_is_as_before(owner, admin, member, viewer, deactivated, group, deed):
    add_to_group(actor=acting(owner), group=group, memberships=[admin, member])
    make_curators(actor=acting(owner), group=group, memberships=[admin])
    everyone = [owner, admin, member, viewer, deactivated]
    before = state_of(owner.organization)
    job = do(owner, deed, everyone, argument_of(deed, owner, group))
    assert job.changed
    assert state_of(owner.organization) != before
    with written() as news:
        back = undo_it(owner, job)
    assert back.changed == job.changed
    assert state_of(owner.organization) == before
    assert {event.batch for event in news.events} == {back.pk}
    assert str(said(back, owner.organization)).startswith("Undone: ")


def test_removal_cannot_be_undone_and_says_so(owner, member):
    job = do(owner, deeds.REMOVE, [member])
    with pytest.raises(ValidationError, match="A removal cannot be undone"):
        undo_it(owner, job)


def test_undo_is_too_late_after_thirty_seconds(owner, member):
    job = do(owner, deeds.DEACTIVATE, [member])
    Job.objects.update(finished_at=timezone.now() - timedelta(seconds=31))
    job.refresh_from_db()
    with pytest.raises(ValidationError, match="seconds to undo this are over"):
        undo_it(owner, job)
    assert now(member).status == "deactivated"


def test_undo_happens_once(owner, member):
    job = do(owner, deeds.DEACTIVATE, [member])
    undo_it(owner, job)
    with pytest.raises(ValidationError, match="undone already"):
        undo_it(owner, job)
    assert Job.objects.filter(undoes=job).count() == 1


def test_undo_asks_the_policy_for_each(owner, admin, member):
    job = do(admin, deeds.DEACTIVATE, [member])
    give_role(member, "owner")
    Membership.objects.filter(pk=member.pk).update(status="deactivated")
    back = undo_it(admin, job)
    assert back.changed == 0
    assert now(member).status == "deactivated"
    assert Report.read(back.report).reasons[0].code == "superior"


def test_undo_leaves_alone_whom_somebody_else_changed_meanwhile(owner, admin, member, viewer):
    organization = owner.organization
    job = do(owner, deeds.CHANGE_ROLE, [member, viewer], role_of(organization, "admin"))
    change_role(
        actor=acting(admin), organization=organization, memberships=[viewer], role=role_of(organization, "member")
    )
    back = undo_it(owner, job)
    assert [now(one).role.key for one in (member, viewer)] == ["member", "member"]
    [reason] = Report.read(back.report).reasons
    assert (reason.code, reason.names) == ("meanwhile", ["Vera Lindqvist"])


def test_undo_leaves_a_curator_whom_somebody_else_made_one_meanwhile(owner, admin, member, viewer, group):
    job = do(owner, deeds.ADD_TO_GROUP, [member, viewer], group)
    make_curators(actor=acting(admin), group=group, memberships=[member])
    back = undo_it(owner, job)
    assert list(group.places.values_list("membership", "curates")) == [(member.pk, True)]
    [reason] = Report.read(back.report).reasons
    assert (reason.code, reason.names) == ("meanwhile", ["Mina Haddad"])


def test_undo_passes_over_whose_role_is_gone_and_gives_the_others_theirs(owner, member, viewer):
    organization = owner.organization
    role = design(owner, "Auditor", "members.read")
    hold(role, viewer)
    job = do(owner, deeds.CHANGE_ROLE, [member, viewer], role_of(organization, "admin"))
    delete_role(actor=acting(owner), role=role, move_to=None, invitations_to=None)
    back = undo_it(owner, job)
    assert (back.state, back.changed) == (JobState.DONE, 1)
    assert [now(one).role.key for one in (member, viewer)] == ["member", "admin"]
    [reason] = Report.read(back.report).reasons
    assert (reason.code, reason.names) == ("gone", ["Vera Lindqvist"])
    counters(organization)


def test_undo_gives_back_seats_only_while_they_are_free(owner, admin, member, viewer):
    organization = owner.organization
    job = do(owner, deeds.DEACTIVATE, [member, viewer])
    organization.refresh_from_db()
    organization.seat_limit = organization.seats_taken + 1
    organization.save()
    back = undo_it(owner, job)
    assert back.changed == 1
    assert Report.read(back.report).reasons[0].code == "no_seat"


@pytest.mark.django_db
def test_curator_gets_the_role_of_the_place_again():
    asha = found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")
    basic = join(asha, UserFactory(name="Bo Lindén"), "basic")
    corals = create_group(actor=acting(asha), organization=asha.organization, name="Corals", description="")
    add_to_group(actor=acting(asha), group=corals, memberships=[basic])
    make_curators(actor=acting(asha), group=corals, memberships=[basic])
    job = do(asha, deeds.REMOVE_FROM_GROUP, [basic], corals)
    assert now(basic).role.key == "basic"
    undo_it(asha, job)
    assert now(basic).role.key == "curator"
    assert GroupPlace.objects.get(membership=basic).curates


def test_events_say_where_the_request_came_from(client_of, owner, member):
    client_of(owner).post(
        f"/o/marram/members/{member.pk}/role/",
        {"role": role_of(owner.organization, "viewer").pk, "held_then": str(member.role_id)},
        REMOTE_ADDR="192.0.2.7",
    )
    event = Event.objects.filter(action="member.role_changed").get()
    assert event.address == "192.0.2.7"
    assert event.request_id
