"""What the server has taken is marked as soon as the database can be asked again: nobody gets it twice for that."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from mail.models import Mail, State
from mail.querysets import MailQuerySet
from mail.sending import send_due
from mail.settling import LEASE

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(monkeypatch):
    """The database does not take so many marks; the pauses between them take no time."""
    waited: list[float] = []
    real = MailQuerySet.update

    def for_so_many(times: int, error: type[Exception] = OperationalError) -> list[float]:
        left = [times]

        def update(rows, **changes):
            if changes.get("state") == State.SENT and left[0]:
                left[0] -= 1
                raise error
            return real(rows, **changes)

        monkeypatch.setattr(MailQuerySet, "update", update)
        monkeypatch.setattr("mail.settling.time.sleep", waited.append)
        return waited

    return for_so_many


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_mark_is_made_when_the_database_is_back(write, server, away, error):
    mail, waited = write(), away(3, error)
    send_due()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.leased_until) == (State.SENT, 1, None)
    assert len(server.taken) == 1
    assert len(waited) == 3


def test_not_for_longer_than_the_lease_holds(write, server, monkeypatch, away):
    away(1_000)
    began = timezone.now()
    ticks = iter(range(1_000))
    monkeypatch.setattr("mail.settling.time.sleep", lambda seconds: None)
    monkeypatch.setattr("mail.settling.timezone.now", lambda: began + timedelta(seconds=next(ticks)))
    write()
    with pytest.raises(OperationalError):
        send_due()
    assert Mail.objects.get().state == State.SENDING  # whoever finds that the lease is over sends it again
    assert LEASE - timedelta(seconds=5) <= timedelta(seconds=next(ticks)) <= LEASE + timedelta(seconds=5)


def test_other_errors_are_not_waited_for(write, server, away):
    waited = away(1, ZeroDivisionError)
    write()
    with pytest.raises(ZeroDivisionError):
        send_due()
    assert waited == []
