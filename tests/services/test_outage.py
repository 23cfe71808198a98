"""The database goes away in the middle of a change: no change without its event and mail, neither without it."""

from __future__ import annotations

import random
import time
from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections

from audit.models import Chain, Event
from invitations.actions.offering import invite
from invitations.models import Invitation
from mail.models import Mail
from organizations.models import Membership
from tests.factories import acting, role_of
from tests.scale import scaled

pytestmark = [pytest.mark.services, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

TOGETHER = 20


class Inviter(Thread):
    """Invites twenty people in a connection of its own, and says whether the database was lost meanwhile."""

    def __init__(self, owner: Membership, number: int) -> None:
        super().__init__(daemon=True)
        self.owner, self.number = owner, number
        self.backend = 0
        self.lost = False

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (self.backend,) = cursor.fetchone()
            invite(
                actor=acting(self.owner),
                organization=self.owner.organization,
                addresses=[f"kill{self.number}.{place}@example.org" for place in range(TOGETHER)],
                role=role_of(self.owner.organization, "member"),
                days=7,
            )
        except DatabaseError:
            self.lost = True
        finally:
            connections.close_all()


def test_losing_the_database_in_mid_change_leaves_nothing_half_done(owner: Membership) -> None:
    lost = 0
    for number in range(scaled(300)):
        inviter = Inviter(owner, number)
        inviter.start()
        while not inviter.backend:
            time.sleep(0.0005)
        time.sleep(random.uniform(0, 0.12))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [inviter.backend])
        inviter.join(30)
        assert not inviter.is_alive()
        lost += inviter.lost
        count = Invitation.objects.count()
        assert count % TOGETHER == 0
        assert Event.objects.filter(action="invitation.sent").count() == count
        assert Mail.objects.count() == count
        owner.organization.refresh_from_db()
        assert owner.organization.reserved_seats == count
        assert Chain.objects.get(pk=owner.organization_id).length == 2 + count  # created, owned, and these
    assert lost, "the connection was never lost in time: nothing was shown"
    print(f"\ndatabase lost in mid-change: {scaled(300)} times tried, {lost} times in time, nothing half done")  # noqa: T201
