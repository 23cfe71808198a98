"""An invitation turns by one conditional update: what was changed past the lock is not changed over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.db import connection

from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from tests.invitations.living import ACTIONS, STATES, Story
from tests.witness import counters, written

# What ends an offer, renews it or lets it stand for longer: each begins with a row that it has read.
TURNS = [
    ("accept", "pending"),
    ("decline", "pending"),
    ("refuse further", "pending"),
    ("revoke", "pending"),
    ("correct", "pending"),
    ("inviter removed", "pending"),
    ("inviter demoted", "pending"),
    ("inviter lapses", "pending"),
    ("role deleted", "pending"),
    ("settle", "lapsed"),
    ("invite", "lapsed"),
    ("extend", "pending"),
    ("change role", "pending"),
    ("role replaced", "pending"),
    ("resend", "lapsed"),
    ("resend", "pending"),
    ("resend", "expired"),
]


@contextmanager
def changed_meanwhile(story: Story, status: str) -> Iterator[list[str]]:
    """Between reading the row and changing it somebody else does, who asked for no lock."""
    done: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith('UPDATE "invitations_invitation"') and not done:
            done.append(sql)
            Invitation.objects.filter(pk=story.invitation.pk).update(status=status)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield done


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["accepted", "declined", "revoked"])
@pytest.mark.parametrize(("action", "state"), TURNS)
def test_what_was_answered_past_the_lock_is_neither_turned_again_nor_counted_twice(action, state, status):
    story = STATES[state]()
    before = list(Invitation.objects.values()), _seats(story)
    with (
        time_machine.travel(story.at, tick=False),
        written() as news,
        changed_meanwhile(story, status) as changed,
        pytest.raises(RuntimeError, match="outside the organization"),
    ):
        story.do(ACTIONS[action])
    assert len(changed) == 1
    assert news.nothing
    assert (list(Invitation.objects.values()), _seats(story)) == before


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "told", "seats"), [(revoke, "revoked", 0), (resend, "resent", 1)])
def test_an_invitation_that_is_named_twice_turns_once(action, told, seats):
    story = Story()
    with time_machine.travel(story.at, tick=False), written() as news:
        outcome = action(**(story.several | {"invitations": [story.invitation] * 2}))
    assert len(outcome.done) == 1
    assert news.actions == [f"invitation.{told}"]
    assert counters(story.org)[2] == seats


def _seats(story: Story) -> int:
    story.org.refresh_from_db()
    return story.org.reserved_seats
