"""What the server has taken is marked as soon as the database can be asked again: nobody gets it twice for that."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from mail.models import Mail, State
from mail.querysets import MailQuerySet
from mail.sending import claim_next, send_due
from mail.settling import LEASE

pytestmark = pytest.mark.django_db

LATER = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture
def away(monkeypatch):
    """The database does not take so many marks; the pauses between them take no time."""
    waited: list[float] = []
    real = MailQuerySet.mark_sent

    def for_so_many(times: int, error: type[Exception] = OperationalError) -> list[float]:
        left = [times]

        def mark_sent(rows, *args, **kwargs):
            if left[0]:
                left[0] -= 1
                raise error
            return real(rows, *args, **kwargs)

        monkeypatch.setattr(MailQuerySet, "mark_sent", mark_sent)
        manager = type(Mail.objects)
        monkeypatch.setattr(manager, "mark_sent", lambda self, *args, **kwargs: mark_sent(self.all(), *args, **kwargs))
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


@pytest.mark.parametrize("forget", [False, True])
def test_mark_is_what_the_orm_would_write(write, forget):
    write("note:1")
    write("note:2")
    marked, settled = claim_next(), claim_next()
    assert marked is not None
    assert settled is not None
    Mail.objects.update(ids={"note": "1"}, reason="The mail server put it off (450).")
    at = timezone.now()
    assert Mail.objects.mark_sent(marked, at, forget=forget)
    gone: dict[str, dict[str, str]] = {"ids": {}} if forget else {}
    Mail.objects.filter(pk=settled.pk).update(state=State.SENT, leased_until=None, sent_at=at, reason="", **gone)
    fields = ("state", "leased_until", "sent_at", "reason", "ids", "attempts", "due_at", "kind")
    rows = Mail.objects.filter(pk__in=[marked.pk, settled.pk]).order_by("pk").values(*fields)
    first, second = ({**row, "due_at": None} for row in rows)
    assert first == second


@pytest.mark.parametrize("change", [{"leased_until": None, "state": State.PENDING}, {"leased_until": LATER}])
def test_mark_of_who_no_longer_has_it_changes_nothing(write, change):
    write("note:1")
    mail = claim_next()
    assert mail is not None
    Mail.objects.update(**change)
    before = Mail.objects.values().get()
    assert not Mail.objects.mark_sent(mail, timezone.now(), forget=True)
    assert Mail.objects.values().get() == before
