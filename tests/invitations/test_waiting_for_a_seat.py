"""Whoever comes uninvited and finds no seat waits, and is told when one is free, in the order in which they came."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.utils import timezone

from invitations.actions.asking import withdraw_request
from invitations.actions.join_links import revoke_link
from invitations.actions.ways import close_way
from invitations.models import JoinRequest, WayKind
from invitations.tasks import seats_freed
from organizations.actions.domains import unprove_domain
from organizations.models import Membership, Organization, Role
from tests.factories import UserFactory, acting, invitee, join
from tests.invitations.letting_in import come, let_in, link, of_the_domain, prove, use
from tests.organizations.changing import suspend
from tests.witness import counters, deliver, written


@pytest.fixture
def full(org: Organization, owner, member) -> Organization:
    """Two seats, both taken; open to everyone."""
    let_in(owner, "open")
    seats(org, 2)
    return org


def seats(org: Organization, number: int | None) -> None:
    Organization.objects.filter(pk=org.pk).update(seat_limit=number)


def wait(org: Organization, name: str) -> JoinRequest:
    found = come(UserFactory(name=name), org, "open")
    assert isinstance(found, JoinRequest)
    return found


def told() -> list[str]:
    """Whom the clock's next round tells."""
    seats_freed()
    letters = deliver()
    assert {letter.subject for letter in letters} <= {"A seat is free in Marram Instruments"}
    return [letter.to[0] for letter in letters]


def test_who_finds_no_seat_waits(full):
    user = UserFactory(name="Wendy Waits")
    with written() as news:
        asked = come(user, full, "open")
    assert (asked.status, asked.via, asked.told_at) == ("waiting", "open", None)
    (event,) = news.events
    assert (event.action, event.target_label) == ("join_request.waits", "Wendy Waits")
    assert event.after == {"via": "open", "role": "Member"}
    assert not Membership.objects.filter(user=user).exists()
    assert counters(full) == (2, 0, 0)
    with written() as news:
        assert come(user, full, "open") == asked
    assert news.nothing


def test_they_are_told_in_turn_and_once(full, owner, member):
    first, second = wait(full, "First"), wait(full, "Second")
    assert told() == []
    suspend(owner, member)
    with written() as news:
        assert told() == [first.user.email]
    assert [(event.action, event.target_label) for event in news.events] == [("join_request.seat_free", "First")]
    assert told() == []
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):  # the first one does not come
        assert told() == [second.user.email]
        assert told() == []


def test_button_joins_whoever_is_told(full, owner, member):
    asked = wait(full, "First")
    suspend(owner, member)
    told()
    membership = come(asked.user, full, "open")
    assert isinstance(membership, Membership)
    asked.refresh_from_db()
    assert asked.status == "joined"
    assert counters(full) == (2, 1, 0)


def test_seat_is_kept_for_nobody_and_who_missed_it_is_told_of_the_next(full, owner, member):
    asked = wait(full, "First")
    suspend(owner, member)
    assert told() == [asked.user.email]
    quick = come(UserFactory(), full, "open")
    assert isinstance(quick, Membership)
    assert isinstance(come(asked.user, full, "open"), JoinRequest)
    assert told() == []
    suspend(owner, quick)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert told() == [asked.user.email]


def test_as_many_are_told_as_there_are_seats(full, owner, staff):
    people = [wait(full, f"Number {number}") for number in range(4)]
    seats(full, 4)
    assert told() == [one.user.email for one in people[:2]]
    seats(full, None)
    assert told() == [one.user.email for one in people[2:]]


def test_mail_is_dropped_where_the_seat_is_taken_again(full, owner, member):
    wait(full, "First")
    suspend(owner, member)
    seats_freed()
    come(UserFactory(), full, "open")
    assert deliver() == []


def test_nobody_is_told_of_a_way_that_is_closed(full, owner, member):
    wait(full, "First")
    close_way(actor=acting(owner), organization=full, kind=WayKind.OPEN)
    suspend(owner, member)
    assert told() == []
    let_in(owner, "open")
    assert len(told()) == 1


def test_nobody_is_told_of_what_leads_nowhere_by_now(full, owner, member):
    """A link that was taken back, a way whose opener's account staff closed, one at which people ask first by now."""
    seats(full, 3)
    admin = join(owner, UserFactory(), "admin")
    for_link, for_opener, for_domain = link(owner), link(admin), of_the_domain()
    let_in(owner, "domain")
    for user, made in ((UserFactory(), for_link), (UserFactory(), for_opener)):
        assert isinstance(use(user, made), JoinRequest)
    assert isinstance(come(for_domain, full, "domain"), JoinRequest)
    revoke_link(actor=acting(owner), link=for_link)
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)
    let_in(owner, "domain", at_once=False)
    seats(full, None)
    assert told() == []
    let_in(owner, "domain")
    assert told() == [for_domain.email]


def test_nobody_is_told_by_a_domain_that_is_proven_no_more_and_the_next_in_line_is(full, owner, member, staff):
    let_in(owner, "domain")
    first = come(of_the_domain(), full, "domain")
    second = wait(full, "Second")
    unprove_domain(actor=acting(staff), domain=full.domains.get())
    suspend(owner, member)
    with written() as news:
        assert told() == [second.user.email]
    assert [event.target_label for event in news.events] == ["Second"]
    prove(full)
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
        assert told() == [first.user.email]


def test_nobody_is_told_whose_address_at_the_domain_is_gone(full, owner, member):
    let_in(owner, "domain")
    user = of_the_domain()
    come(user, full, "domain")
    EmailAddress.objects.filter(user=user).update(verified=False)
    suspend(owner, member)
    assert told() == []


def test_nobody_counts_as_told_whose_account_is_deactivated(full, owner, member):
    """No mail goes to them: the log would tell of one, and nobody else would be called for two days."""
    first, second = wait(full, "First"), wait(full, "Second")
    type(first.user).objects.filter(pk=first.user_id).update(is_active=False)
    suspend(owner, member)
    with written() as news:
        assert told() == [second.user.email]
    assert [event.target_label for event in news.events] == ["Second"]


def test_who_came_by_a_link_waits_without_using_it(full, owner, member):
    made = link(owner, uses=1)
    user = UserFactory()
    asked = use(user, made)
    assert (asked.status, asked.via, asked.link) == ("waiting", "link", made)
    made.refresh_from_db()
    assert made.used == 0
    suspend(owner, member)
    seats_freed()
    (letter,) = deliver()
    assert f"/join/{made.pk}/" in str(letter.body)
    assert use(user, made).source == "link"
    made.refresh_from_db()
    assert made.used == 1


def test_who_waits_no_longer_is_told_nothing(full, owner, member):
    asked = wait(full, "First")
    assert withdraw_request(actor=invitee(asked.user), user=asked.user, asked=asked)
    suspend(owner, member)
    assert told() == []


def test_role_that_takes_no_seat_needs_none(full, owner):
    Role.objects.filter(scheme="standard", key="viewer").update(takes_seat=False)
    let_in(owner, "open", "viewer")
    assert isinstance(come(UserFactory(), full, "open"), Membership)
