"""Many events are written as one: on PostgreSQL by COPY, which must keep every letter."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from audit.actions import current_act
from audit.actors import SYSTEM
from audit.ambient import Origin, coming_from
from audit.models import Chain, Event
from audit.recording import record
from audit.verifying import verify
from organizations import events
from organizations.actions.base import action
from organizations.models import Organization

LABELS = ["Tab\there", "two\nlines", "back\\slash", r"\N", r"\.", "", "'quotes\"", "Ünïcode 🦊", "a\r\nb", "{}", "NULL"]


@action
def note(*, organization: Organization, labels: list[str]) -> None:
    for label in labels:
        record(
            events.GROUP_JOINED,
            actor=SYSTEM,
            chain=organization.pk,
            target_id=organization.pk if label else None,
            target_label=label,
            after={"group": label},
        )


@pytest.mark.parametrize("times", [1, 3, 60])
def test_events_keep_what_was_recorded_however_many_there_are(org, times):
    before = Event.objects.filter(chain_id=org.pk).count()
    with coming_from(Origin(address="2001:db8::1", user_agent="Agent\t1\\2", request_id="r")):
        note(organization=org, labels=LABELS * times)
    found = list(Event.objects.filter(chain_id=org.pk, number__gt=before).order_by("number"))
    assert [(one.target_label, one.after["group"], one.before) for one in found] == [
        (label, label, {}) for label in LABELS * times
    ]
    assert [one.target_id for one in found] == [org.pk if label else None for label in LABELS * times]
    assert {(one.address, one.user_agent, one.request_id, one.actor_id) for one in found} == {
        ("2001:db8::1", "Agent\t1\\2", "r", None)
    }
    assert [one.number for one in found] == list(range(before + 1, before + 1 + len(found)))
    assert len({one.batch for one in found}) == 1


def test_events_of_one_change_are_of_one_batch_and_a_single_one_is_of_none(org):
    for labels in (["one"], ["two", "three"], ["four", "five"]):
        note(organization=org, labels=labels)
    batch = {one.after["group"]: one.batch for one in Event.objects.filter(action=events.GROUP_JOINED.action)}
    assert batch["one"] is None
    assert batch["two"] == batch["three"] != batch["four"] == batch["five"]
    assert None not in (batch["two"], batch["four"])


@action
def note_values(*, organization: Organization, values: list[object]) -> None:
    for value in values:
        record(events.TWO_FACTOR_REQUIRED, actor=SYSTEM, chain=organization.pk, after={"required": value})


def test_a_number_is_not_taken_for_a_truth_value_that_equals_it(org):
    values = [True, 1, 1.0, False, 0, "1", ["a", True], None, {"deep": 1}] * 4
    note_values(organization=org, values=values)
    kept = Event.objects.filter(chain_id=org.pk, action=events.TWO_FACTOR_REQUIRED.action).order_by("number")
    assert [(type(one.after["required"]), one.after["required"]) for one in kept] == [
        (type(value), value) for value in values
    ]


@action
def note_in_two_parts(*, organization: Organization, fails: bool) -> None:
    """What is recorded first is written before the rest is known; with `fails` an inner action does so in vain."""
    act = current_act()
    note(organization=organization, labels=["first"])
    try:
        note_and_write(organization=organization, fails=fails)
    except ValidationError:
        pass
    act.write_events(more=True)
    note(organization=organization, labels=["last"])


@action
def note_and_write(*, organization: Organization, fails: bool) -> None:
    note(organization=organization, labels=["inner"])
    current_act().write_events(more=True)
    if fails:
        message = "Taken back."
        raise ValidationError(message, code="back")


@pytest.mark.parametrize(("fails", "labels"), [(False, ["first", "inner", "last"]), (True, ["first", "last"])])
def test_events_that_are_written_in_parts_are_of_one_batch_and_each_is_written_once(org, fails, labels):
    before = Event.objects.filter(chain_id=org.pk).count()
    note_in_two_parts(organization=org, fails=fails)
    found = list(Event.objects.filter(chain_id=org.pk, number__gt=before).order_by("number"))
    assert [one.target_label for one in found] == labels
    assert len({one.batch for one in found}) == 1
    assert found[0].batch is not None
    assert verify(Chain.objects.get(pk=org.pk)).finding is None
