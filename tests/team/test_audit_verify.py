"""`manage.py audit_verify` says whether the log is whole, and ends with 1 where it is not."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import guards
from audit.canonical import beginning_of
from audit.models import Chain, Event
from audit.tasks import check
from organizations.models import Organization
from team.proof import proof_of
from tests.audit.stories import story


@pytest.fixture
def chain(org, owner, member) -> Chain:
    return story(org, owner, member)


def said(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("audit_verify", *arguments, stdout=out, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_whole_log_is_said_to_be_whole(chain, outsider):
    status, text = said()
    assert status == 0
    assert f"{Event.objects.count()} events verified in" in text
    assert text.endswith("The log is whole.\n")


def test_first_event_that_is_not_right_is_named_with_its_organization(chain, outsider):
    with guards.lowered():
        Event.objects.filter(chain_id=chain.pk, number=7).update(after={"role": "Owner"})
        Event.objects.filter(chain_id=chain.pk, number=9).delete()
    status, text = said()
    assert status == 1
    assert "Marram Instruments (marram): Event 7 was altered: its after is another." in text
    assert "Event 9" not in text
    assert "Lee & Sons" not in text
    assert "whole" not in text


def test_one_organization_is_verified_alone_and_its_head_can_be_noted(chain, outsider):
    with guards.lowered():
        Event.objects.filter(chain_id=outsider.organization_id, number=1).delete()
    status, text = said("--organization", "marram")
    assert status == 0
    assert f"head {bytes(chain.head).hex()}" in text
    assert said("--organization", "lee")[0] == 1


def test_account_and_what_is_gone_have_names_too(member, signed_in):
    signed_in(member)
    with guards.lowered():
        Event.objects.filter(chain_id=member.user_id).update(request_id="another")
    assert f"The account {member.user.email}: Event 1 was altered" in said()[1]


def test_database_without_its_triggers_is_not_whole(chain):
    with guards.lowered():
        status, text = said()
    assert status == 1
    for name in ("audit_chain_delete", "audit_event_delete", "audit_event_update"):
        assert name in text
    assert text.startswith("The database lets events be changed: it lacks audit_chain_delete, ")


@pytest.mark.parametrize("arguments", [(), ("--organization", "marram")])
def test_events_whose_chain_is_gone_are_not_passed_over(chain, outsider, arguments):
    with guards.lowered():
        Chain.objects.filter(pk=chain.pk).delete()
    status, text = said(*arguments)
    assert status == 1
    assert "Marram Instruments (marram): Its chain is gone" in text
    assert "whole" not in text
    assert "Lee & Sons" not in text


def test_log_that_is_gone_as_a_whole_is_found_by_its_organization_or_by_what_was_signed_of_it(chain, signed_in, member):
    signed_in(member)
    check(Chain.objects.get(pk=member.user_id))
    with guards.lowered():
        for pk in (chain.pk, member.user_id):
            Event.objects.filter(chain_id=pk).delete()
            Chain.objects.filter(pk=pk).delete()
    status, text = said()
    assert status == 1
    assert "Marram Instruments (marram): Its chain is gone" in text
    assert f"The account {member.user.email}: Its chain is gone" in text


def test_log_of_an_organization_that_was_emptied_is_found(chain):
    with guards.lowered():
        Event.objects.filter(chain_id=chain.pk).delete()
        Chain.objects.filter(pk=chain.pk).update(length=0, head=beginning_of(chain.pk))
    assert said("--organization", "marram")[0] == 1
    status, text = said()
    assert status == 1
    assert "Marram Instruments (marram): Its chain is gone" in text
    assert proof_of(Organization.objects.get(pk=chain.pk)).state == "broken"


def test_organization_that_is_not_there_is_said(db):
    with pytest.raises(CommandError, match="There is no organization nowhere"):
        call_command("audit_verify", "--organization", "nowhere")
