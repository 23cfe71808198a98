"""A person is erased from the log, and the chains prove everything else as before."""

from __future__ import annotations

import pytest
from django.core.serializers import serialize
from django.utils import timezone

from audit.actors import SYSTEM
from audit.erasing import erase
from audit.guards import lowered
from audit.models import Chain, Event, Purge, Refused
from audit.verifying import verify
from invitations.models import Invitation
from organizations.actions.base import action
from organizations.models import Membership, Organization
from tests.audit.stories import story


@action
def forget(*, organization: Organization, people: list[Membership]) -> None:
    invited = Invitation.objects.filter(email__in=[one.email for one in people]).values_list("pk", flat=True)
    erase([*(one.user_id for one in people), *invited], actor=SYSTEM)


@pytest.fixture
def chain(org, owner, member) -> Chain:
    return story(org, owner, member)


def again(chain: Chain) -> Chain:
    return Chain.objects.get(pk=chain.pk)


def test_nothing_tells_any_more_who_an_erased_person_was(chain, org, member, client_of):
    client_of(member).get("/o/marram/audit/")
    assert Refused.objects.get().actor_label == "Mina H."
    forget(organization=org, people=[member])
    told = serialize("json", [*Event.objects.all(), *Refused.objects.all()])
    told += "".join(Event.objects.values_list("text", flat=True))
    for trace in ("Mina", "mina@", "Haddad", "surveyor", "+1 555"):
        assert trace not in told


def test_the_chain_stays_whole_and_says_that_it_was_done(chain, org, member):
    length = chain.length
    forget(organization=org, people=[member])
    now = again(chain)
    assert verify(now).finding is None
    news = Event.objects.filter(chain_id=org.pk, number__gt=length)
    assert {(one.action, one.target_label) for one in news} == {("person.erased", "")}
    assert member.user_id in {one.target_id for one in news}


def test_what_others_did_and_what_was_done_stays(chain, org, owner, member):
    before = list(Event.objects.filter(chain_id=org.pk).order_by("number").values_list("action", "actor_label", "text"))
    forget(organization=org, people=[member])
    kept = Event.objects.filter(chain_id=org.pk, number__lte=len(before)).order_by("number")
    for (action_, label, text), event in zip(before, kept, strict=True):
        assert (event.action, event.text) == (action_, text)
        assert event.actor_label == ("" if event.actor_id == member.user_id else label)
    changed = kept.filter(action="member.role_changed").earliest("number")
    assert (changed.after["role"], changed.actor_label) == ("Admin", "Grace Okafor")


def test_person_acts_and_is_erased_once_more(chain, org, owner, member):
    forget(organization=org, people=[member])
    story(org, owner, member)
    assert verify(again(chain)).finding is None
    forget(organization=org, people=[member])
    assert verify(again(chain)).finding is None


def test_labels_that_go_without_an_erasure_are_found(chain, member):
    first = Event.objects.filter(chain_id=chain.pk, target_id=member.user_id).earliest("number")
    with lowered():
        Event.objects.filter(pk=first.pk).update(target_label="", target_salt=None)
    finding = verify(chain).finding
    assert finding is not None
    assert (finding.number, "nobody was erased" in finding.what) == (first.number, True)


def test_labels_that_go_after_an_erasure_are_found(chain, org, owner, member):
    forget(organization=org, people=[member])
    story(org, owner, member)
    later = Event.objects.filter(chain_id=chain.pk, target_id=member.user_id).latest("number")
    with lowered():
        Event.objects.filter(pk=later.pk).update(target_label="", target_salt=None, before={}, after={})
    finding = verify(again(chain)).finding
    assert finding is not None
    assert finding.number == later.number


def test_purge_without_its_event_is_found(chain, member):
    with lowered():
        Purge.objects.create(chain_id=chain.pk, subject=member.user_id, at=timezone.now(), is_open=False)
    finding = verify(chain).finding
    assert str(finding) == "Somebody was erased, and no event says so."


def test_purge_that_was_left_open_is_found(chain, member):
    Purge.objects.create(chain_id=chain.pk, subject=member.user_id, at=timezone.now())
    finding = verify(chain).finding
    assert "left open" in str(finding)
