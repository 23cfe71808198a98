"""Several people mend, remove and arrange the same person at the same moment."""

from __future__ import annotations

from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from accounts import mending
from accounts.models import User
from audit.models import Event
from mail.models import Mail
from organizations.actions.arranging import arrange_groups
from organizations.actions.domains import prove_domain
from organizations.actions.members import remove
from organizations.actions.mending import mend_address, send_password_reset
from organizations.models import Domain, GroupPlace, Membership
from tests.factories import UserFactory, acting, join, offer
from tests.race_stories import _accept
from tests.races import race, refusals
from tests.team.test_access_page import group_of
from tests.witness import counters

pytestmark = pytest.mark.django_db(transaction=True)


def test_link_for_a_password_is_sent_once(owner, admin, member):
    deeds = [partial(send_password_reset, actor=acting(by), membership=member) for by in (owner, admin) * 3]
    results = race(deeds)
    assert [getattr(one, "code", "") for one in refusals(results)] == ["too_soon"] * 5
    assert Mail.objects.filter(kind="accounts.password_reset_key").count() == 1
    assert Event.objects.filter(action="member.password_reset_sent").count() == 1


def test_domain_is_proven_for_one_organization_alone(staff, org, other_org):
    deeds = [
        partial(prove_domain, actor=acting(staff), organization=one, name="marram.example.org")
        for one in (org, other_org) * 2
    ]
    refused = refusals(race(deeds))
    assert {getattr(one, "code", "") for one in refused} == {"taken"}
    assert len(refused) == 2
    assert Domain.objects.filter(proven_at__isnull=False).count() == 1
    assert Event.objects.filter(action="domain.proven").count() == 1


def test_one_address_is_given_to_one_account(staff, owner, admin, member, viewer):
    prove_domain(actor=acting(staff), organization=owner.organization, name="marram.example.org")
    new = "sales@marram.example.org"
    people = (member, viewer)
    results = race([partial(mend_address, actor=acting(owner), membership=one, address=new) for one in people])
    assert results.count(True) == 1
    assert [getattr(one, "code", "") for one in refusals(results)] == ["taken"]
    assert User.objects.filter(email=new).count() == 1


def test_one_address_is_given_to_one_account_by_several_of_staff(staff, member, viewer):
    """Nothing but the database's own rule stands between accounts that share no organization."""
    new = "sales@marram.example.org"
    people = (member.user, viewer.user)
    results = race([partial(mending.mend_address, actor=acting(staff), user=one, address=new) for one in people])
    assert results.count(True) == 1
    assert [getattr(one, "code", "") for one in refusals(results)] == ["taken"]
    assert User.objects.filter(email=new).count() == 1
    assert EmailAddress.objects.filter(email=new).count() == 1


def test_account_that_joins_elsewhere_meanwhile_is_mended_before_or_not_at_all(staff, owner, member, outsider):
    """Whichever comes first: never with a membership elsewhere that was there already."""
    prove_domain(actor=acting(staff), organization=owner.organization, name="marram.example.org")
    invitation = offer(outsider, member.user.email)
    race(
        [
            partial(mend_address, actor=acting(owner), membership=member, address="mina2@marram.example.org"),
            partial(_accept, member.user, invitation),
        ]
    )
    mended = Event.objects.filter(action="account.address_mended").first()
    joined = Event.objects.filter(action="member.joined", chain_id=outsider.organization_id).first()
    assert not (mended and joined)  # once it is mended, the offer is for an address that is theirs no more


def test_person_who_goes_meanwhile_has_no_place_left(owner, admin, member):
    group = group_of(owner.organization, "Field sales")
    for number in range(3):
        person = join(owner, UserFactory(name=f"Newcomer {number}"))
        results = race(
            [
                partial(arrange_groups, actor=acting(admin), membership=person, into=[group], out_of=[]),
                partial(remove, actor=acting(owner), organization=owner.organization, memberships=[person]),
            ]
        )
        assert all(isinstance(one, ValidationError) for one in refusals(results))
        assert not Membership.objects.filter(pk=person.pk).exists()
        assert not GroupPlace.objects.filter(membership=person.pk).exists()
    counters(owner.organization)
