"""Whoever loses authority offers no more than they may offer now: the rest is revoked, with its seats."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from audit.actors import SYSTEM
from invitations.actions.answering import accept
from invitations.models import Invitation
from organizations.actions.deleting_roles import delete_role
from organizations.actions.group_places import add_to_group, make_curators, unmake_curators
from organizations.actions.groups import create_group
from organizations.actions.members import leave
from organizations.actions.organizations import settle_lapsed
from organizations.models import Membership, Role
from tests.factories import UserFactory, acting, crowd, end_at, found, invitee, join, offer, role_of
from tests.organizations.changing import assign, demote, dismiss, restore, suspend
from tests.organizations.designing import design, hold, redesign
from tests.witness import counters, deliver, written

VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


@pytest.fixture
def wide(admin: Membership) -> Invitation:
    """An offer by the admin, to be an admin too."""
    return offer(admin, "wide@example.org", "admin")


@pytest.fixture
def narrow(admin: Membership) -> Invitation:
    """An offer by the admin, to be a viewer."""
    return offer(admin, "narrow@example.org", "viewer")


@pytest.fixture
def of_owner(owner: Membership) -> Invitation:
    """An offer by somebody else."""
    return offer(owner, "owners@example.org", "admin")


def status(*invitations: Invitation) -> list[str]:
    return [Invitation.objects.get(pk=one.pk).status for one in invitations]


def take_role(by: Membership, person: Membership) -> None:
    assign(by, None, person)


def leaves(by: Membership, person: Membership) -> None:
    leave(actor=acting(person), membership=person)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (demote, "its inviter may no longer offer it"),
        (take_role, "its inviter may no longer offer it"),
        (suspend, "its inviter may no longer offer it"),
        (dismiss, "its inviter no longer belongs here"),
        (leaves, "its inviter no longer belongs here"),
    ],
)
def test_all_goes_with_all_authority(org, owner, admin, wide, narrow, of_owner, change: Callable[..., object], reason):
    with written() as news:
        change(owner, admin)
    assert status(wide, narrow, of_owner) == ["revoked", "revoked", "pending"]
    revoked = [event for event in news.events if event.action == "invitation.revoked"]
    assert {event.target_label for event in revoked} == {"wide@example.org", "narrow@example.org"}
    for event in revoked:
        assert (event.chain_id, event.before) == (org.pk, {"status": "pending"})
        assert event.after == {"status": "revoked", "reason": reason}
        assert event.actor_label == ("Tomás Rivera" if change is leaves else "Grace Okafor")
    assert len(news.events) == 3
    assert news.mails == []
    assert counters(org)[2] == 1
    assert [letter.to for letter in deliver() if "narrow@example.org" in letter.to] == []


def test_offers_end_with_the_access_of_whoever_made_them(org, owner, admin, wide, narrow, of_owner):
    """On the day that was set, as when somebody had taken it away; the clock writes both down."""
    end_at(admin, timezone.now() - timedelta(seconds=1))
    with written() as news:
        settle_lapsed(actor=SYSTEM, organization=org, batch=org.pk)
    assert status(wide, narrow, of_owner) == ["revoked", "revoked", "pending"]
    assert sorted(news.actions) == ["invitation.revoked", "invitation.revoked", "member.lapsed"]
    assert {event.actor_label for event in news.events} == {"Roster"}
    assert {event.after.get("reason") for event in news.events} == {None, "its inviter may no longer offer it"}
    assert counters(org) == (1, 1, 1)


def test_what_may_still_be_offered_stays(org, owner, admin, wide, narrow):
    recruiter = design(owner, "Recruiter", *VIEWERS, "invitations.create")
    with written() as news:
        assign(owner, recruiter, admin)
    assert status(wide, narrow) == ["revoked", "pending"]
    assert sorted(news.actions) == ["invitation.revoked", "member.role_changed"]
    assert counters(org)[2] == 1
    person = UserFactory(email="narrow@example.org")
    joined = accept(actor=invitee(person), user=person, invitation=narrow, version=1)
    assert joined.role == narrow.role


def test_who_may_invite_no_more_offers_nothing_however_narrow(org, owner, admin, narrow):
    assign(owner, design(owner, "Looks on", *VIEWERS), admin)
    assert status(narrow) == ["revoked"]
    assert counters(org)[2] == 0


def test_promoting_somebody_revokes_nothing(owner, admin, wide, narrow):
    with written() as news:
        assign(owner, "owner", admin)
    assert status(wide, narrow) == ["pending", "pending"]
    assert news.actions == ["member.role_changed"]


def test_owner_who_is_demoted_offers_no_ownership(owner):
    second = join(owner, UserFactory(name="Otto Second"), "owner")
    to_own, to_run = offer(second, "own@example.org", "owner"), offer(second, "run@example.org", "admin")
    assign(owner, "admin", second)
    assert status(to_own, to_run) == ["revoked", "pending"]


def test_of_many_each_ones_offers_are_asked_about(org, owner, admin, wide, narrow):
    other = join(owner, UserFactory(name="Ada Admin"), "admin")
    theirs = offer(other, "theirs@example.org", "member")
    second = join(owner, UserFactory(name="Otto Second"), "owner")
    kept = offer(second, "kept@example.org", "admin")
    with written() as news:
        outcome = suspend(admin, other, second)
    assert outcome.done == [other]
    assert status(theirs, kept, wide, narrow) == ["revoked", "pending", "pending", "pending"]
    assert sorted(news.actions) == ["invitation.revoked", "member.deactivated"]
    suspend(owner, admin, second)
    assert status(kept, wide, narrow) == ["revoked"] * 3
    assert counters(org)[2] == 0


def test_what_was_answered_already_stays_as_it_is(org, owner, admin, wide, narrow):
    person = UserFactory(email="wide@example.org")
    accept(actor=invitee(person), user=person, invitation=wide, version=1)
    with written() as news:
        demote(owner, admin)
    assert status(wide, narrow) == ["accepted", "revoked"]
    assert sorted(news.actions) == ["invitation.revoked", "member.role_changed"]
    assert counters(org) == (3, 0, 0)


def test_offers_do_not_come_back_with_the_access(org, owner, admin, wide):
    suspend(owner, admin)
    restore(owner, admin)
    assert status(wide) == ["revoked"]
    assert counters(org)[2] == 0


def test_offers_in_other_organizations_stay(owner, admin, outsider, wide):
    there = join(outsider, admin.user, "admin")
    elsewhere = offer(there, "lee@example.org")
    suspend(owner, admin)
    assert status(wide, elsewhere) == ["revoked", "pending"]


def test_free_seat_can_be_taken_at_once(org, owner, admin, wide):
    type(org).objects.filter(pk=org.pk).update(seat_limit=3)
    with pytest.raises(ValidationError):
        offer(owner, "next@example.org")
    demote(owner, admin)
    offer(owner, "next@example.org")
    assert counters(org) == (2, 0, 1)


def test_with_the_role_that_is_edited_go_the_offers_of_its_holders(org, owner, admin, narrow):
    recruiter = design(owner, "Recruiter", *VIEWERS, "invitations.create")
    hold(recruiter, admin)
    with written() as news:
        redesign(owner, recruiter, *VIEWERS[:2], "invitations.create")
    assert status(narrow) == ["revoked"]
    assert sorted(news.actions) == ["invitation.revoked", "role.edited"]
    assert counters(org)[2] == 0


def test_with_the_role_that_is_deleted_go_the_offers_of_its_holders(org, owner, admin, narrow):
    recruiter = design(owner, "Recruiter", *VIEWERS, "invitations.create")
    hold(recruiter, admin)
    with written() as news:
        delete_role(actor=acting(owner), role=recruiter, move_to=None, invitations_to=None)
    assert status(narrow) == ["revoked"]
    assert sorted(news.actions) == ["invitation.revoked", "member.role_changed", "role.deleted"]
    assert counters(org)[2] == 0


def test_with_a_curators_place_go_the_offers_that_its_role_allowed(db):
    """As where a scheme lets curators invite."""
    asha = found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")
    basic = role_of(asha.organization, "basic")
    Role.objects.filter(scheme="knowledge-platform", key="curator").update(grants=[*basic.grants, "invitations.create"])
    group = create_group(actor=acting(asha), organization=asha.organization, name="Corals", description="")
    curator = join(asha, UserFactory(name="Cora Curates"), "basic")
    add_to_group(actor=acting(asha), group=group, memberships=[curator])
    make_curators(actor=acting(asha), group=group, memberships=[curator])
    made = offer(curator, "made@example.org", "basic")
    with written() as news:
        unmake_curators(actor=acting(asha), group=group, memberships=[curator])
    assert status(made) == ["revoked"]
    assert sorted(news.actions) == ["group.curator_unmade", "invitation.revoked", "member.role_changed"]
    assert counters(asha.organization)[2] == 0


def test_more_people_than_a_query_can_name_may_lose_authority_at_once(org, owner, admin):
    role = design(owner, "Inviter", *role_of(org, "viewer").grants, "invitations.create")
    crowd(org, 300)
    hold(role, admin, *org.memberships.filter(source="invitation"))
    offered = offer(admin, "last@example.org", "viewer")
    if connection.vendor == "sqlite":
        before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 250)
    try:
        redesign(owner, role, "members.read")
    finally:
        if connection.vendor == "sqlite":
            connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)
    offered.refresh_from_db()
    assert offered.status == "revoked"
