"""The log's page says whether the chain is whole, and the page behind it what can be noted elsewhere."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from audit.guards import lowered
from audit.models import Chain, Event, Seal
from audit.tasks import verify_chains
from tests.audit.stories import story
from tests.audit.test_erasing import forget


@pytest.fixture
def chain(org, owner, member) -> Chain:
    return story(org, owner, member)


def shown(browser: Client, name: str = "team:audit_proof") -> str:
    return " ".join(browser.get(reverse(name, args=["marram"])).content.decode().split())


def test_log_that_no_night_has_seen_yet_says_so(client_of, owner, chain):
    assert "Not verified yet" in shown(client_of(owner), "team:audit")
    assert "Nothing is signed yet." in shown(client_of(owner))


def test_whole_log_shows_how_far_it_was_verified_and_its_signed_head(client_of, owner, chain):
    verify_chains()
    assert f"<b>Chain whole</b><small>{chain.length} events verified" in shown(client_of(owner), "team:audit")
    text, seal = shown(client_of(owner)), Seal.objects.get(chain_id=chain.pk)
    for value in (f"No. {chain.length}", bytes(chain.head).hex(), seal.signature, seal.key, "--organization marram"):
        assert value in text


def test_broken_log_names_the_first_event_that_is_not_right(client_of, owner, chain):
    with lowered():
        Event.objects.filter(chain_id=chain.pk, number=4).update(after={"role": "<b>Owner"})
    verify_chains()
    assert "Chain broken" in shown(client_of(owner), "team:audit")
    assert "Event 4 was altered: its after is another." in shown(client_of(owner))


def test_log_whose_chain_is_gone_is_broken_and_no_night_passes_it_over(client_of, owner, org, chain, caplog):
    with lowered():
        Chain.objects.filter(pk=chain.pk).delete()
    verify_chains()
    assert f"The audit log {org.pk} is not whole. Its chain is gone" in caplog.text
    assert "Chain broken" in shown(client_of(owner), "team:audit")
    assert "<b>Its chain is gone, and with it what tells whether an event is missing.</b> What" in shown(
        client_of(owner)
    )


def test_events_that_came_since_break_nothing(client_of, org, owner, member, chain):
    verify_chains()
    story(org, owner, member)
    assert f"{chain.length} events verified" in shown(client_of(owner), "team:audit")


def test_sentence_about_somebody_erased_still_reads(client_of, owner, org, member, chain):
    forget(organization=org, people=[member])
    said = shown(client_of(owner), "team:audit")
    assert "<b>Grace Okafor</b> changed <b>Erased person</b>" in said
    assert "<b>Roster</b> erased from this log who somebody was" in said
    assert "Mina" not in said


def test_somebody_erased_who_acted_is_named_as_erased_where_it_says_by_whom(client_of, owner, admin, org, member):
    story(org, admin, member)
    forget(organization=org, people=[admin])
    assert f'person={admin.user_id.hex}">Erased person</a>' in shown(client_of(owner), "team:audit")
