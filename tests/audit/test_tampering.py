"""Whoever writes past the triggers is found out: verifying names the first event that is not right."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.canonical import beginning_of, link
from audit.guards import lowered
from audit.models import Chain, Event, Purge
from audit.verifying import Finding, verify
from tests.audit.stories import story
from tests.audit.test_writing import note_values

TAMPERS = 100


@pytest.fixture
def chain(org, owner, member) -> Chain:
    return story(org, owner, member)


def test_a_chain_that_nobody_touched_is_whole(chain):
    result = verify(chain)
    assert (result.finding, result.events) == (None, chain.length)


def test_chain_that_grows_meanwhile_is_verified_up_to_where_it_was(chain, org, owner, member):
    story(org, owner, member)
    result = verify(chain)
    assert (result.finding, result.events) == (None, chain.length)


def changed_field(chain: Chain, event: Event, other: Event, chance: random.Random) -> int:
    changes = {
        "at": event.at + timedelta(seconds=1),
        "type": "SYSTEM_ACTION",
        "action": "member.left",
        "entity": "role",
        "actor_kind": "system",
        "actor_id": uuid7(),
        "actor_label": "Somebody Else",
        "on_behalf_of": "Somebody Else",
        "target_id": uuid7(),
        "target_label": "Somebody Else",
        "before": {"role": "Nobody"},
        "after": {"role": "Owner"},
        "batch": uuid7(),
        "address": "203.0.113.99",
        "user_agent": "Another browser",
        "request_id": "another",
        "actor_salt": b"another salt....",
        "target_salt": None,
        "text": event.text.replace("member", "meddler"),
        "hash": bytes(32),
        "chain_id": uuid7(),
        "id": uuid7(),
    }
    name = chance.choice(sorted(changes))
    Event.objects.filter(pk=event.pk).update(**{name: changes[name]})
    return event.number


def deleted(chain: Chain, event: Event, other: Event, chance: random.Random) -> int:
    Event.objects.filter(pk=event.pk).delete()
    return event.number


def inserted(chain: Chain, event: Event, other: Event, chance: random.Random) -> int:
    """Copied to another number, with everything after it moved on."""
    for later in Event.objects.filter(chain_id=chain.pk, number__gte=event.number).order_by("-number"):
        Event.objects.filter(pk=later.pk).update(number=later.number + 1)
    other.pk = uuid7()
    other.number = event.number
    other.save(force_insert=True)
    Chain.objects.filter(pk=chain.pk).update(length=chain.length + 1)
    return event.number


def swapped(chain: Chain, event: Event, other: Event, chance: random.Random) -> int:
    Event.objects.filter(pk=event.pk).update(number=10**9)
    Event.objects.filter(pk=other.pk).update(number=event.number)
    Event.objects.filter(pk=event.pk).update(number=other.number)
    return min(event.number, other.number)


def hashed_again_alone(chain: Chain, event: Event, other: Event, chance: random.Random) -> int:
    """The text says something else and its own hash is right; those after it go with the old one."""
    before = Event.objects.filter(chain_id=chain.pk, number=event.number - 1).get()
    text = event.text.replace('"v":1', '"v":1,"x":2')
    Event.objects.filter(pk=event.pk).update(text=text, hash=link(bytes(before.hash), text))
    return event.number + 1


WAYS = [changed_field, changed_field, deleted, inserted, swapped, hashed_again_alone]


def test_a_hundred_tampers_at_random_are_all_found_where_they_are(chain):
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    for turn in range(TAMPERS):
        way: Callable[..., int] = chance.choice(WAYS)
        # Not the first two, nor the last: what comes before and after is needed.
        number, another = chance.sample(range(3, chain.length), 2)
        event, other = (Event.objects.get(chain_id=chain.pk, number=one) for one in (number, another))
        with transaction.atomic():
            with lowered():
                first = way(chain, event, other, chance)
            finding = verify(Chain.objects.get(pk=chain.pk)).finding
            transaction.set_rollback(True)
        assert isinstance(finding, Finding), (seed, turn, way.__name__)
        assert finding.number == first, (seed, turn, way.__name__, str(finding), first)
    assert verify(chain).finding is None


@pytest.mark.parametrize(
    "changes",
    [
        {"after": {"required": 1}},
        {"after": {"required": "true"}},
        {"after": {}},
        {"after": {"required": True, "x": None}},
    ],
)
def test_values_that_only_look_the_same_are_found(chain, org, changes):
    note_values(organization=org, values=[True])
    event = Event.objects.filter(chain_id=chain.pk).latest("number")
    with lowered():
        Event.objects.filter(pk=event.pk).update(**changes)
    assert verify(Chain.objects.get(pk=chain.pk)).finding == Finding(event.number, "was altered: its after is another.")


@pytest.mark.parametrize("column", ["id", "actor_id", "target_id", "batch", "request_id", "entity", "action"])
def test_the_column_that_was_altered_is_named(chain, column):
    with lowered():
        event = Event.objects.get(chain_id=chain.pk, number=chain.length)
        kept = getattr(event, column)
        Event.objects.filter(pk=event.pk).update(**{column: "role" if isinstance(kept, str) else uuid7()})
    assert verify(chain).finding == Finding(event.number, f"was altered: its {column} is another.")


def test_whoever_cuts_off_the_newest_is_found(chain):
    with lowered():
        Event.objects.filter(chain_id=chain.pk, number=chain.length).delete()
    assert verify(chain).finding == Finding(chain.length, "is missing: the chain ends before it.")


def test_chain_in_the_place_of_another_is_found(chain, other_org):
    there = Chain.objects.get(pk=other_org.pk)
    with lowered():
        Event.objects.filter(chain_id=there.pk).delete()
        Event.objects.filter(chain_id=chain.pk).update(chain_id=there.pk)
        Chain.objects.filter(pk=there.pk).update(length=chain.length, head=chain.head)
    finding = verify(Chain.objects.get(pk=there.pk)).finding
    assert finding is not None
    assert finding.number == 1


def test_text_that_is_none_of_ours_is_a_finding_and_no_crash(chain):
    last = Event.objects.get(chain_id=chain.pk, number=chain.length)
    before = Event.objects.get(chain_id=chain.pk, number=chain.length - 1)
    for text in ("", "[]", "null", "{}", "no json", '{"v":1,"personal":4}'):
        digest = link(bytes(before.hash), text)
        with lowered():
            Event.objects.filter(pk=last.pk).update(text=text, hash=digest)
            Chain.objects.filter(pk=chain.pk).update(head=digest)
        finding = verify(Chain.objects.get(pk=chain.pk)).finding
        assert finding == Finding(chain.length, "was altered: its text is none of ours."), text


def test_every_chain_begins_with_what_is_its_own():
    assert beginning_of(UUID(int=1)) != beginning_of(UUID(int=2))


@pytest.mark.parametrize(
    ("place", "finding"),
    [
        (0, Finding(0, "An event was inserted before the first one.")),
        (21, Finding(21, "was inserted: the chain does not reach so far.")),
        (10**9, Finding(10**9, "was inserted: the chain does not reach so far.")),
    ],
)
def test_event_outside_of_the_numbers_of_its_chain_is_found(chain, place, finding):
    """The triggers let every event in that has a number of its own, and the log shows it."""
    assert chain.length == 20
    event = Event.objects.filter(chain_id=chain.pk).latest("number")
    event.pk, event.number = uuid7(), place
    event.save(force_insert=True)
    assert verify(chain).finding == finding


def test_whoever_lets_the_newest_go_by_a_purge_of_their_own_is_found(chain):
    """For that no trigger has to be taken away, and the purge stays."""
    purge = Purge.objects.create(chain_id=chain.pk, last=chain.length, at=timezone.now())
    Event.objects.filter(chain_id=chain.pk, number=chain.length).delete()
    Purge.objects.filter(pk=purge.pk).update(is_open=False)
    newest = Event.objects.filter(chain_id=chain.pk).latest("number")
    Chain.objects.filter(pk=chain.pk).update(length=newest.number, head=newest.hash)
    finding = verify(Chain.objects.get(pk=chain.pk)).finding
    assert finding == Finding(0, "A purge let events up to 20 go, and no seal says that they did.")
