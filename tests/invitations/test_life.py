"""The life of invitations as a state machine: whatever people do, in whatever order, the books are right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.models import Chain, Event
from invitations.actions.answering import accept, decline
from invitations.actions.offering import invite
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from organizations.actions.members import leave
from organizations.actions.organizations import settle_lapsed
from organizations.actions.plans import set_seats
from organizations.models import Membership
from tests.factories import UserFactory, acting, found, invitee, role_of
from tests.scale import scaled
from tests.witness import counters

EXAMPLES, STEPS = scaled(300), 30
PEOPLE = 4
DAYS = 3
BEGIN = datetime(2026, 3, 1, 9, tzinfo=UTC)

people = st.integers(min_value=0, max_value=PEOPLE - 1)


class Life(RuleBasedStateMachine):
    """Beside each invitation stands what a reader of the rules would say of it: open until when."""

    def __init__(self) -> None:
        super().__init__()
        self.traveller = time_machine.travel(BEGIN, tick=False)
        self.clock = self.traveller.start()
        self.block = transaction.atomic()
        self.block.__enter__()

    @initialize()
    def found(self) -> None:
        self.owner = found(UserFactory(name="Grace Okafor"), "Marram Instruments", "marram")
        self.org = self.owner.organization
        self.staff = UserFactory(is_staff=True)
        self.users = [UserFactory() for _ in range(PEOPLE)]
        self.open: dict[int, datetime] = {}
        self.members: set[int] = set()
        self.limit: int | None = None
        self.happened = Event.objects.filter(chain_id=self.org.pk).count()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        self.traveller.stop()

    @rule(chosen=st.sets(people, min_size=1))
    def invite(self, chosen: set[int]) -> None:
        could = sorted(one for one in chosen if one not in self.members and not self.is_open(one))
        ready = set(could[: self.free()])
        addresses = [self.users[one].email.title() for one in sorted(chosen)]
        role = role_of(self.org, "member")
        outcome = invite(actor=acting(self.owner), organization=self.org, addresses=addresses, role=role, days=DAYS)
        assert {one.email for one in outcome.done} == {self.users[one].email for one in ready}
        assert len(outcome.passed_over) == len(chosen) - len(ready)
        self.done(events=len(ready))
        for one in ready:
            self.open[one] = self.now() + timedelta(days=DAYS)

    @rule(who=people)
    def resend(self, who: int) -> None:
        if (invitation := self.latest(who)) is None:
            return
        ended = invitation.status_at(self.now()) == "expired" and who not in self.members and bool(self.free())
        allowed = self.is_open(who) or ended
        outcome = resend(actor=acting(self.owner), organization=self.org, invitations=[invitation])
        assert bool(outcome.done) == allowed
        self.done(events=allowed)
        if allowed:
            self.open[who] = self.now() + timedelta(days=DAYS)

    @rule(who=people)
    def revoke(self, who: int) -> None:
        if (invitation := self.latest(who)) is None:
            return
        was_open = self.is_open(who)
        outcome = revoke(actor=acting(self.owner), organization=self.org, invitations=[invitation])
        assert bool(outcome.done) == was_open
        self.done(events=was_open)
        self.open.pop(who, None)

    @rule(who=people, by=people, older=st.booleans())
    def accept(self, who: int, by: int, older: bool) -> None:
        """Somebody presses the button of somebody's invitation, of the version mailed last or the one before."""
        if (invitation := self.latest(who)) is None:
            return
        user = self.users[by]
        again = invitation.accepted_by_id == user.pk and by in self.members
        allowed = who == by and self.is_open(who) and not older
        version = invitation.version - older
        try:
            accept(actor=invitee(user), user=user, invitation=invitation, version=version)
        except ValidationError:
            assert not allowed
            assert not again
            return
        assert allowed or again
        self.done(events=allowed)
        if allowed:
            del self.open[who]
            self.members.add(who)

    @rule(who=people, older=st.booleans())
    def decline(self, who: int, older: bool) -> None:
        if (invitation := self.latest(who)) is None:
            return
        again = invitation.status == "declined"
        allowed = self.is_open(who) and not older
        try:
            decline(actor=invitee(self.users[who]), invitation=invitation, version=invitation.version - older)
        except ValidationError:
            assert not allowed
            assert not again
            return
        assert allowed or again
        self.done(events=allowed)
        if allowed:
            del self.open[who]

    @rule(who=people)
    def leave(self, who: int) -> None:
        membership = Membership.objects.filter(organization=self.org, user=self.users[who]).first()
        assert bool(membership) == (who in self.members)
        if membership:
            leave(actor=acting(membership), membership=membership)
            self.done(events=1)
            self.members.remove(who)

    @rule(seats=st.one_of(st.none(), st.integers(min_value=0, max_value=PEOPLE + 1)))
    def set_seats(self, seats: int | None) -> None:
        set_seats(actor=acting(self.staff), organization=self.org, seats=seats)
        self.done(events=seats != self.limit)
        self.limit = seats

    @rule(hours=st.integers(min_value=1, max_value=100))
    def wait(self, hours: int) -> None:
        self.clock.shift(timedelta(hours=hours))

    @rule()
    def settle(self) -> None:
        settle_lapsed(actor=acting(self.staff), organization=self.org, batch=self.org.pk)
        self.done(events=0)

    @invariant()
    def books_are_right(self) -> None:
        if not hasattr(self, "org"):
            return
        active, _, _ = counters(self.org)
        assert active == 1 + len(self.members)
        pending = Invitation.objects.filter(organization=self.org).pending(self.now())
        assert {one.email for one in pending} == {
            self.users[who].email for who, ends in self.open.items() if ends > self.now()
        }

    @invariant()
    def every_change_has_one_event_and_every_event_its_number(self) -> None:
        if not hasattr(self, "org"):
            return
        events = Event.objects.filter(chain_id=self.org.pk).order_by("number").values_list("number", flat=True)
        assert list(events) == list(range(1, len(events) + 1))
        assert Chain.objects.get(pk=self.org.pk).length == len(events) == self.happened

    def now(self) -> datetime:
        return datetime.now(UTC)

    def free(self) -> int:
        """How many seats are free."""
        taken = 1 + len(self.members) + sum(self.is_open(one) for one in range(PEOPLE))
        return PEOPLE + 1 if self.limit is None else max(0, self.limit - taken)

    def is_open(self, who: int) -> bool:
        return who in self.open and self.open[who] > self.now()

    def done(self, *, events: int) -> None:
        """An action went through: its events, after those of what had lapsed. A refused one writes neither."""
        lapsed = [who for who, ends in self.open.items() if ends <= self.now()]
        for who in lapsed:
            del self.open[who]
        self.happened += len(lapsed) + events

    def latest(self, who: int) -> Invitation | None:
        return Invitation.objects.filter(organization=self.org, email=self.users[who].email).order_by("-id").first()


@pytest.mark.sized
@pytest.mark.django_db
def test_whatever_people_do_the_books_are_right() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    print(f"\nlife of invitations: {EXAMPLES} runs of {STEPS} steps, the books right after each")  # noqa: T201 - a figure
