"""What is done to accounts with `manage.py createsuperuser` and `changepassword` is an event of the account."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import connection
from django.test import Client

from accounts.models import User
from audit.models import Event, EventType
from organizations.models import Membership
from tests.factories import PASSWORD
from tests.witness import written

NEW = "a lantern on the pier"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Somebody types the new password twice; says whether a transaction was open meanwhile."""
    open_meanwhile: list[bool] = []

    def answer(prompt: str = "") -> str:
        open_meanwhile.append(connection.in_atomic_block)
        return NEW

    monkeypatch.setattr(getpass, "getpass", answer)
    return open_meanwhile


def ran(command: str, *args: str, **options: Any) -> str:
    said = StringIO()
    call_command(command, *args, stdout=said, stderr=StringIO(), **options)
    return said.getvalue()


def told(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.action, event.type, event.actor_label) for event in events]


def test_they_are_found_before_djangos_own():
    found = get_commands()
    assert (found["createsuperuser"], found["changepassword"]) == ("accounts.console", "accounts.console")


def test_superuser_begins_with_an_event(db: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)
    with written() as news:
        assert "Superuser created" in ran("createsuperuser", interactive=False, email="Root@Operator.example.org")
    user = User.objects.get(email="root@operator.example.org")
    assert (user.is_superuser, user.check_password(NEW)) == (True, True)
    assert told(news.events) == [("account.superuser_created", EventType.SYSTEM_ACTION, "manage.py createsuperuser")]
    (event,) = news.events
    assert (event.chain_id, event.target_id, event.actor_id) == (user.pk, user.pk, None)
    assert NEW not in event.text


def test_superuser_that_cannot_be_made_leaves_nothing(staff: User):
    with written() as news, pytest.raises(CommandError):
        ran("createsuperuser", interactive=False, email=staff.email)
    assert news.nothing


@pytest.mark.django_db(transaction=True)
def test_another_password_is_an_event_and_so_is_each_session_that_ends_with_it(
    signed_in: Callable[[Membership], Client], owner: Membership, typed: list[bool]
):
    browser = signed_in(owner)
    with written() as news:
        assert "Password changed" in ran("changepassword", owner.user.email)
    owner.user.refresh_from_db()
    assert owner.user.check_password(NEW)
    by = (EventType.SYSTEM_ACTION, "manage.py changepassword")
    assert told(news.events) == [("account.password_changed", *by), ("account.session_ended", *by)]
    assert {event.chain_id for event in news.events} == {owner.user_id}
    assert browser.get("/o/marram/").status_code == 302
    assert typed == [False, False], "nobody waits for somebody who types"


@pytest.mark.django_db(transaction=True)
def test_password_and_event_are_written_together_or_not_at_all(
    owner: Membership, typed: list[bool], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("accounts.actions.record", lambda *args, **kwargs: 1 / 0)
    with written() as news, pytest.raises(ZeroDivisionError):
        ran("changepassword", owner.user.email)
    owner.user.refresh_from_db()
    assert owner.user.check_password(PASSWORD)
    assert news.nothing
    assert not connection.in_atomic_block
    monkeypatch.undo()
    with written() as news:
        owner.user.save()
    assert news.nothing, "the command listens no more"


def test_password_that_is_too_weak_changes_nothing(owner: Membership, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(getpass, "getpass", lambda prompt="": "password")
    with written() as news, pytest.raises(CommandError):
        ran("changepassword", owner.user.email)
    assert news.nothing
    with written() as news, pytest.raises(CommandError):
        ran("changepassword", "nobody@example.org")
    assert news.nothing
