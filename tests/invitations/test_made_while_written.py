"""Invitations are made while those before are written: a mistake in one of many leaves none of them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from invitations.actions.offering import invite_each
from invitations.models import Invitation
from invitations.offers import Offer
from tests.factories import acting, role_of
from tests.witness import counters, written


@pytest.mark.parametrize("wrong", [0, 29])
def test_mistake_in_one_of_many_is_said_and_leaves_nothing(org, owner, wrong):
    role, before = role_of(org, "viewer"), counters(org)
    offers = [Offer(f"p{one}@example.org", role, phone="1" * 500 if one == wrong else "1") for one in range(30)]
    with written() as news, pytest.raises(ValidationError) as mistake:
        invite_each(actor=acting(owner), organization=org, offers=offers, days=7)
    assert "phone" in mistake.value.message_dict
    assert news.nothing
    assert not Invitation.objects.exists()
    org.refresh_from_db()
    assert counters(org) == before
