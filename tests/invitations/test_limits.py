"""How many invitations go out in how long: from a person, a place, an organization, and to one address."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from audit.ambient import Origin, coming_from
from invitations.actions.changing import change_offered_role
from invitations.actions.correcting import correct_address
from invitations.actions.offering import invite
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.bulk import lists
from invitations.bulk.reading import read_text
from invitations.bulk.sending import send_list
from jobs.running import run_due
from tests.factories import acting, offer, role_of
from tests.witness import written


@pytest.fixture
def forget(settings):
    """Begins to count anew, beside other tests that may use the same server at this moment."""

    def anew() -> None:
        settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}

    return anew


@pytest.fixture(autouse=True)
def _strict(settings, forget):
    """Small numbers, and nothing counted before."""
    forget()
    settings.INVITATION_LIMITS = {
        "person": 6, "place": 8, "organization": 10, "address": 4, "address_from_one": 2,
    }  # fmt: skip


def inviting(by, number, name="p"):
    addresses = [f"{name}{one}@example.org" for one in range(number)]
    role = role_of(by.organization, "member")
    return invite(actor=acting(by), organization=by.organization, addresses=addresses, role=role, days=7)


def test_a_person_sends_so_many_in_an_hour_and_a_refused_attempt_uses_nothing_up(owner, admin, forget):
    forget()  # the admin was invited, too
    assert len(inviting(owner, 4).done) == 4
    with written() as news, pytest.raises(ValidationError, match="one person may send 6") as refused:
        inviting(owner, 3, "q")
    assert refused.value.code == "limit"
    assert news.nothing
    assert len(inviting(owner, 2, "r").done) == 2
    assert len(inviting(admin, 1, "s").done) == 1


def test_one_place_sends_so_many_whoever_is_signed_in_there(owner, admin, forget):
    forget()
    with coming_from(Origin(address="198.51.100.7")):
        inviting(owner, 5)
        with pytest.raises(ValidationError, match="one address on the internet may send 8"):
            inviting(admin, 4, "q")
    assert inviting(admin, 4, "q").done


def test_an_organization_sends_so_many_in_a_day_whoever_it_is(owner, admin, forget):
    forget()
    inviting(owner, 6)
    with pytest.raises(ValidationError, match=r"an organization may send 10 .* tomorrow"):
        inviting(admin, 5, "q")


def test_an_address_gets_so_many_from_one_organization_and_from_all(org, owner, other_org, outsider):
    invitation = offer(owner, "ines@example.org")
    assert resend(actor=acting(owner), organization=org, invitations=[invitation]).done
    invitation.refresh_from_db()
    over = resend(actor=acting(owner), organization=org, invitations=[invitation]).passed_over
    assert [one.code for one in over] == ["too_often"]
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    with pytest.raises(ValidationError, match="got several invitations today"):
        offer(owner, "ines@example.org")
    theirs = offer(outsider, "ines@example.org")
    assert resend(actor=acting(outsider), organization=other_org, invitations=[theirs]).done


def test_an_address_gets_so_many_from_all_organizations_together(org, owner, other_org, outsider, settings):
    settings.INVITATION_LIMITS |= {"address": 2}
    offer(owner, "ines@example.org")
    theirs = offer(outsider, "ines@example.org")
    over = resend(actor=acting(outsider), organization=other_org, invitations=[theirs]).passed_over
    assert [one.code for one in over] == ["too_often"]


def test_who_gets_no_mail_is_not_counted(org, owner, member):
    invitation = offer(owner, "ines@example.org")
    role = role_of(org, "member")
    again = partial(invite, organization=org, addresses=["ines@example.org"], role=role, days=7)
    for _ in range(3):
        assert [one.code for one in again(actor=acting(owner)).passed_over] == ["invited"]
        with pytest.raises(PermissionDenied):
            again(actor=acting(member))
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    assert again(actor=acting(owner)).done


def test_who_was_mailed_enough_is_not_counted_on(org, owner, settings):
    settings.INVITATION_LIMITS |= {"address_from_one": 1}
    invitation = offer(owner, "ines@example.org")
    for _ in range(3):
        assert not resend(actor=acting(owner), organization=org, invitations=[invitation]).done
    settings.INVITATION_LIMITS |= {"address_from_one": 2}
    assert resend(actor=acting(owner), organization=org, invitations=[invitation]).done


@pytest.mark.parametrize("spelled", [" INES@example.org", "ines@ＥＸＡＭＰＬＥ.org", "ines@example。org"])
def test_correcting_an_address_is_no_way_round(org, owner, spelled):
    for _ in range(2):
        invitation = offer(owner, "ines@example.org")
        revoke(actor=acting(owner), organization=org, invitations=[invitation])
    other = offer(owner, "ove@example.org")
    with pytest.raises(ValidationError, match="got several invitations today"):
        correct_address(actor=acting(owner), organization=org, invitation=other, email=spelled)
    other.refresh_from_db()
    assert other.status == "pending"


def test_changing_the_role_back_and_forth_is_no_way_round(org, owner):
    """Each change mails a new link."""
    invitation = offer(owner, "ines@example.org")
    change = partial(change_offered_role, actor=acting(owner), organization=org, invitation=invitation)
    change(role=role_of(org, "viewer"))
    with written() as news, pytest.raises(ValidationError, match="got several invitations today") as refused:
        change(role=role_of(org, "member"))
    assert refused.value.code == "too_often"
    assert news.nothing


def a_list(by, text):
    return lists.make_list(
        actor=acting(by), user=by.user, organization=by.organization, rows=read_text(text),
        role=role_of(by.organization, "member"), days=7,
    )  # fmt: skip


def test_a_list_is_counted_when_it_is_sent_and_whoever_was_mailed_too_often_is_passed_over(org, owner):
    for _ in range(2):
        revoke(actor=acting(owner), organization=org, invitations=[offer(owner, "ines@example.org")])
    made = a_list(owner, "ines@example.org ove@example.org")
    assert send_list(actor=acting(owner), user=owner.user, invite_list=made).changed == 1
    assert dict(made.rows.values_list("address", "bucket")) == {
        "ines@example.org": "too_often", "ove@example.org": "sent",
    }  # fmt: skip
    large = a_list(owner, " ".join(f"p{one}@example.org" for one in range(4)))
    with written() as news, pytest.raises(ValidationError, match="one person may send 6"):
        send_list(actor=acting(owner), user=owner.user, invite_list=large)
    assert news.nothing
    large.refresh_from_db()
    assert not large.is_sent


def test_what_a_list_sends_counts_for_whom_it_went_to(org, owner):
    send_list(actor=acting(owner), user=owner.user, invite_list=a_list(owner, "ines@example.org"))
    (invitation,) = org.invitations.all()
    assert resend(actor=acting(owner), organization=org, invitations=[invitation]).done
    assert not resend(actor=acting(owner), organization=org, invitations=[invitation]).done


def test_the_cache_is_asked_outside_of_any_transaction(org, owner, settings, monkeypatch, transactional_db):
    settings.INVITATION_LIMITS = dict.fromkeys(settings.INVITATION_LIMITS, 1_000)
    asked = []
    for name in ("add", "incr", "tally"):
        real = getattr(type(caches["default"]), name)

        def watch(self, *args, real=real, **kwargs):
            asked.append(connection.in_atomic_block)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(type(caches["default"]), name, watch)
    offer(owner, "ines@example.org")
    send_list(actor=acting(owner), user=owner.user, invite_list=a_list(owner, "ove@example.org uma@example.org"))
    many = a_list(owner, " ".join(f"p{one}@example.org" for one in range(201)))
    send_list(actor=acting(owner), user=owner.user, invite_list=many)
    assert run_due(60)
    assert set(many.rows.values_list("bucket", flat=True)) == {"sent"}
    assert asked
    assert not any(asked)
