"""Each night chains are verified and sealed; where events are kept for a time only, the oldest days go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery.schedules import maybe_schedule
from django.utils import timezone

from audit import clock, sealing
from audit.canonical import beginning_of, link
from audit.guards import lowered
from audit.models import Chain, Event, Purge, Seal
from audit.tasks import check, remove_old, verify_chains
from audit.verifying import Finding, verify
from tests.audit.stories import story
from tests.audit.test_erasing import forget

DAYS = 20


@pytest.fixture
def chain(org, owner, member) -> Iterator[Chain]:
    """Sixty days of it, as of the last of them."""
    for days in (0, 20, 38, 50):
        with clock.as_of(timezone.now() + timedelta(days=days)):
            story(org, owner, member)
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        yield Chain.objects.get(pk=org.pk)


def again(chain: Chain) -> Chain:
    return Chain.objects.get(pk=chain.pk)


def rehash(chain: Chain) -> None:
    """As somebody would who can write the whole database and has the code, but no key."""
    head = beginning_of(chain.pk)
    with lowered():
        for event in Event.objects.filter(chain_id=chain.pk).order_by("number"):
            event.text = event.text.replace("viewer", "auditor").replace("Viewer", "Auditor")
            event.after = {name: "Auditor" if value == "Viewer" else value for name, value in event.after.items()}
            event.before = {name: "Auditor" if value == "Viewer" else value for name, value in event.before.items()}
            head = event.hash = link(head, event.text)
            event.save()
        Chain.objects.filter(pk=chain.pk).update(head=head)


def test_a_night_verifies_every_chain_and_seals_it(chain, other_org):
    verify_chains()
    for one in (again(chain), Chain.objects.get(pk=other_org.pk)):
        assert (one.verified_length, one.finding) == (one.length, "")
        assert one.verified_at is not None
        made = Seal.objects.get(chain_id=one.pk)
        assert (made.number, bytes(made.hash)) == (one.length, bytes(one.head))
        assert sealing.is_genuine(made)


@pytest.mark.parametrize("hour", [0, 2, 3, 12, 23])
@pytest.mark.parametrize("task", ["audit-verify", "audit-remove-old"])
def test_nights_come_where_beat_begins_anew_every_day(settings, task, hour):
    """Counted from when beat began, a day would never be over where each has its deployment, and no state is kept."""
    schedule = maybe_schedule(settings.CELERY_BEAT_SCHEDULE[task]["schedule"])
    begun = datetime(2026, 3, 9, hour, 30, tzinfo=UTC)
    with time_machine.travel(begun, tick=False):
        assert timedelta(0) < schedule.remaining_estimate(begun) < timedelta(days=1)


def test_chain_that_was_read_before_somebody_was_erased_is_whole(chain, org, member):
    """A night reads many chains at once, and comes to the last of them much later."""
    length = chain.length
    forget(organization=org, people=[member])
    assert check(chain).finding is None
    now = again(chain)
    assert now.verified_length == now.length == Seal.objects.get(chain_id=org.pk).number > length


def test_chain_that_was_read_before_old_events_were_removed_is_whole(chain, settings):
    settings.AUDIT_KEEP_DAYS = DAYS
    remove_old()
    assert Seal.objects.filter(removed=True).exists()
    assert verify(chain).finding is None


def test_chain_that_did_not_grow_is_not_sealed_twice(chain):
    verify_chains()
    verify_chains()
    assert Seal.objects.filter(chain_id=chain.pk).count() == 1


def test_a_chain_made_anew_as_a_whole_is_found_by_its_seal_alone(chain):
    rehash(chain)
    assert verify(again(chain)).finding is None, "without a seal nothing tells"


def test_a_chain_made_anew_after_it_was_sealed_is_found(chain):
    check(chain)
    rehash(chain)
    assert verify(again(chain)).finding == Finding(chain.length, "is not the one that was sealed.")


def test_what_is_not_whole_is_kept_for_the_page_and_not_sealed(chain):
    with lowered():
        Event.objects.filter(chain_id=chain.pk, number=5).update(actor_label="Nobody")
    verify_chains()
    assert again(chain).finding.startswith("Event 5 was altered")
    assert not Seal.objects.filter(chain_id=chain.pk).exists()


def test_seal_by_another_key_is_found(chain, settings):
    ours, settings.AUDIT_KEY = settings.AUDIT_KEY, "somebody else's key" * 3
    check(chain)
    settings.AUDIT_KEY = ours
    finding = verify(chain).finding
    assert finding == Finding(chain.length, "was sealed with a signature that is not ours.")


def test_seal_by_a_key_that_was_ours_before_is_believed(chain, settings):
    check(chain)
    settings.AUDIT_KEY_PREVIOUS, settings.AUDIT_KEY = [settings.AUDIT_KEY], "a new key" * 6
    assert verify(chain).finding is None


@pytest.mark.parametrize("changes", [{"number": 3}, {"removed": True}, {"hash": bytes(32)}, {"signature": "zz"}])
def test_seal_that_was_altered_is_found(chain, changes):
    check(chain)
    with lowered():
        Seal.objects.update(**changes)
    finding = verify(chain).finding
    assert "not ours" in str(finding)


def test_nothing_is_removed_where_everything_is_kept(chain):
    remove_old()
    assert Event.objects.filter(chain_id=chain.pk).count() == chain.length


def test_whole_days_go_and_the_rest_still_verifies(chain, settings):
    settings.AUDIT_KEEP_DAYS = DAYS
    count = Event.objects.filter(chain_id=chain.pk).count()
    remove_old()
    now = again(chain)
    midnight = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    kept = Event.objects.filter(chain_id=chain.pk)
    assert kept.count() < count
    assert kept.earliest("number").at >= midnight - timedelta(days=DAYS)
    assert verify(now).finding is None
    last = kept.latest("number")
    assert (last.action, last.type) == ("events.removed", "SYSTEM_ACTION")
    assert not Purge.objects.filter(is_open=True).exists()


def test_nothing_is_removed_from_a_chain_that_is_not_whole(chain, settings):
    settings.AUDIT_KEEP_DAYS = DAYS
    with lowered():
        Event.objects.filter(chain_id=chain.pk, number=5).update(actor_label="Nobody")
    remove_old()
    assert Event.objects.filter(chain_id=chain.pk).count() == chain.length
    assert again(chain).finding.startswith("Event 5 was altered")


def test_removing_again_on_the_same_day_changes_nothing(chain, settings):
    settings.AUDIT_KEEP_DAYS = DAYS
    remove_old()
    length = again(chain).length
    remove_old()
    assert again(chain).length == length


def test_older_events_that_are_gone_without_a_seal_are_found(chain):
    with lowered():
        Event.objects.filter(chain_id=chain.pk, number__lte=5).delete()
    assert verify(chain).finding == Finding(1, "is missing.")


def test_more_than_was_sealed_as_removed_is_found(chain, settings):
    settings.AUDIT_KEEP_DAYS = DAYS
    remove_old()
    first = Event.objects.filter(chain_id=chain.pk).earliest("number")
    with lowered():
        first.delete()
    assert verify(again(chain)).finding == Finding(first.number, "is missing.")


def test_removing_takes_what_was_erased_along(chain, org, member, settings):
    forget(organization=org, people=[member])
    settings.AUDIT_KEEP_DAYS = DAYS
    with time_machine.travel(timezone.now() + timedelta(days=DAYS + 2)):
        remove_old()
        assert not Event.objects.filter(chain_id=chain.pk, action="person.erased").exists()
    assert verify(again(chain)).finding is None
