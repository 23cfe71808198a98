"""Who is told that access is about to end, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audit.actors import SYSTEM
from mail.models import Mail
from organizations.actions import noticing
from organizations.actions.ending import set_end
from organizations.actions.members import deactivate, remove
from organizations.models import Membership
from organizations.tasks import notice_ends
from tests.factories import UserFactory, acting, crowd, end_at, give_role, join, role_of
from tests.organizations.designing import design, hold
from tests.races import race
from tests.witness import deliver, written

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon(request: pytest.FixtureRequest, db: None) -> Any:
    with time_machine.travel(NOON):
        request.getfixturevalue("org")
        deliver()
        yield


def letters() -> dict[str, list[str]]:
    """What the clock brings now: subjects by address."""
    notice_ends()
    found: dict[str, list[str]] = {}
    for letter in deliver():
        found.setdefault(letter.to[0], []).append(str(letter.subject))
    return found


def ends(person: Membership, **distance: float) -> None:
    end_at(person, timezone.now() + timedelta(**distance))


def test_person_and_those_who_may_extend_are_told_a_week_before_and_a_day_before(owner, admin, member, viewer):
    ends(member, days=7, hours=1)
    assert letters() == {}
    with time_machine.travel(NOON + timedelta(hours=2)):
        assert letters() == {
            "mina@marram.example.org": ["Your access to Marram Instruments ends soon"],
            "grace@marram.example.org": ["1 person's access to Marram Instruments ends within a week"],
            "tomas@marram.example.org": ["1 person's access to Marram Instruments ends within a week"],
        }
        assert letters() == {}
    with time_machine.travel(NOON + timedelta(days=5)):
        assert letters() == {}
    with time_machine.travel(NOON + timedelta(days=6, hours=2)):
        assert sorted(letters()) == [
            "grace@marram.example.org", "mina@marram.example.org", "tomas@marram.example.org",
        ]  # fmt: skip
        assert letters() == {}
        assert Membership.objects.get(pk=member.pk).noticed_days == 1


def test_nobody_is_missed_when_the_clock_stood_still(owner, member, viewer):
    ends(member, days=8)
    ends(viewer, days=30)
    with time_machine.travel(NOON + timedelta(days=7, hours=12)):
        assert letters()["mina@marram.example.org"] == ["Your access to Marram Instruments ends soon"]
        assert letters() == {}


def test_access_that_is_over_is_not_announced(owner, member):
    ends(member, days=1)
    with time_machine.travel(NOON + timedelta(days=2)):
        assert letters() == {}


def test_new_end_is_told_again(org, owner, member):
    ends(member, days=5)
    assert "mina@marram.example.org" in letters()
    later = timezone.now() + timedelta(days=6)
    set_end(actor=acting(owner), organization=org, memberships=[member], ends_at=later)
    assert Membership.objects.get(pk=member.pk).noticed_days is None
    assert letters()["mina@marram.example.org"] == ["Your access to Marram Instruments ends soon"]


@pytest.mark.parametrize("gone", ["moved", "none", "deactivated", "removed", "account"])
def test_mail_that_is_no_longer_true_is_not_sent(org, owner, member, gone):
    ends(member, days=5)
    notice_ends()
    people: dict[str, Any] = {"actor": acting(owner), "organization": org, "memberships": [member]}
    if gone == "moved":
        set_end(ends_at=timezone.now() + timedelta(days=50), **people)
    elif gone == "none":
        set_end(ends_at=None, **people)
    elif gone == "deactivated":
        deactivate(**people)
    elif gone == "removed":
        remove(**people)
    else:
        member.user.is_active = False
        member.user.save()
    assert "mina@marram.example.org" not in [letter.to[0] for letter in deliver()]


def test_digest_is_one_mail_a_day_and_those_who_come_later_stand_in_the_next(owner, member, viewer):
    ends(member, days=5)
    assert "grace@marram.example.org" in letters()
    ends(viewer, days=6)
    with time_machine.travel(NOON + timedelta(hours=1)):
        assert sorted(letters()) == ["vera@marram.example.org"]
    with time_machine.travel(NOON + timedelta(hours=13)):
        assert letters() == {
            "grace@marram.example.org": ["2 people's access to Marram Instruments ends within a week"],
        }


def test_digest_of_those_whose_end_would_not_wait_for_tomorrow_goes_out_at_once(owner, member, viewer):
    ends(member, days=5)
    assert "grace@marram.example.org" in letters()
    ends(viewer, hours=8)
    with time_machine.travel(NOON + timedelta(hours=1)):
        assert sorted(letters()) == ["grace@marram.example.org", "vera@marram.example.org"]
        assert letters() == {}


def test_digest_names_only_those_whom_its_reader_may_extend(org, owner, admin, member, viewer):
    desk = design(owner, "Front desk", "organization.read", "members.read", "members.update")
    hold(desk, viewer)
    ends(admin, days=5)
    found = letters()
    assert "vera@marram.example.org" not in found
    assert "grace@marram.example.org" in found
    assert found["tomas@marram.example.org"] == ["Your access to Marram Instruments ends soon"]  # nobody their own
    ends(viewer, days=6)
    with time_machine.travel(NOON + timedelta(days=1)):
        assert letters()["tomas@marram.example.org"] == ["1 person's access to Marram Instruments ends within a week"]


def test_digest_counts_nobody_above_its_reader(owner, admin, member, viewer):
    hold(design(owner, "Front desk", "organization.read", "members.read", "members.update"), viewer)
    give_role(member, None)
    ends(admin, days=5)
    ends(member, days=6)
    found = letters()
    assert found["vera@marram.example.org"] == ["1 person's access to Marram Instruments ends within a week"]
    assert found["grace@marram.example.org"] == ["2 people's access to Marram Instruments ends within a week"]


def test_digest_names_twenty_and_counts_the_rest_and_leads_to_the_table(org, owner):
    crowd(org, 30)
    people = org.memberships.filter(owns=False)
    people.update(ends_at=timezone.now() + timedelta(days=3))
    notice_ends()
    digest = next(letter for letter in deliver() if letter.to == ["grace@marram.example.org"])
    assert digest.subject == "30 people's access to Marram Instruments ends within a week"
    assert str(digest.body).count("26 November 2026, 12:00 (UTC)") == 20
    assert "And 10 more" in str(digest.body)
    assert "/o/marram/members/?ends=yes&order=ends" in str(digest.body)


def test_digest_is_dropped_where_nobody_is_left_to_extend_or_its_reader_may_not(org, owner, admin, member):
    ends(member, days=5)
    notice_ends()
    hold(role_of(org, "viewer"), admin)
    set_end(actor=acting(owner), organization=org, memberships=[member], ends_at=None)
    assert deliver() == []


def test_many_are_told_in_chunks(org, owner, monkeypatch):
    crowd(org, 25)
    org.memberships.filter(owns=False).update(ends_at=timezone.now() + timedelta(days=3))
    monkeypatch.setattr(noticing, "MOST_AT_ONCE", 10)
    with written() as news:
        notice_ends()
    assert len(news.mails) == 26  # and one digest
    assert not org.memberships.filter(owns=False, noticed_days=None).exists()


def test_one_organization_keeps_no_other_waiting(owner, member, outsider, monkeypatch):
    theirs = join(outsider, UserFactory(email="ove@lee.example.org"))
    ends(member, days=3)
    ends(theirs, days=3)
    usual = noticing.notice

    def broken(**named: Any) -> bool:
        if named["organization"] == member.organization:
            raise PermissionDenied
        return usual(**named)

    monkeypatch.setattr("organizations.tasks.notice", broken)
    assert sorted(letters()) == ["oskar@lee.example.org", "ove@lee.example.org"]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_tell_everyone_once(org, owner, member):
    ends(member, days=3)
    race([lambda: noticing.notice(actor=SYSTEM, organization=org) for _ in range(4)])
    assert Mail.objects.filter(kind__startswith="organizations.access_ends").count() == 2
