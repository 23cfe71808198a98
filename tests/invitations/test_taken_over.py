"""What acceptance asks again of the organization, and what it takes over from the offer."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError

from invitations.actions.answering import accept
from invitations.actions.offering import invite_each
from invitations.models import Invitation
from invitations.offers import Offer
from organizations.actions.domains import restrict_domains
from organizations.actions.groups import create_group, delete_group
from organizations.actions.members import deactivate
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, give_role, invitee, offer, role_of
from tests.witness import counters, written


@pytest.fixture
def ines(db):
    return UserFactory(name="Ines Duarte", email="ines@example.org")


def accepting(user, invitation):
    return accept(actor=invitee(user), user=user, invitation=invitation, version=invitation.version)


def refused(user, invitation):
    with written() as news, pytest.raises(ValidationError) as refusal:
        accepting(user, invitation)
    assert news.nothing
    invitation.refresh_from_db()
    assert invitation.status == "pending"
    return refusal.value.code


@pytest.mark.parametrize("domain", ["elsewhere.example", "mail.example.org", "ample.org", "org"])
def test_a_domain_that_is_no_longer_allowed_is_refused_exactly(org, owner, ines, domain):
    invitation = offer(owner, ines.email)
    restrict_domains(actor=acting(owner), organization=org, domains=[domain if "." in domain else f"x.{domain}"])
    assert refused(ines, invitation) == "domain"
    restrict_domains(actor=acting(owner), organization=org, domains=["example.org"])
    assert accepting(ines, invitation)


def test_where_a_second_factor_is_required_it_comes_first(org, owner, ines):
    invitation = offer(owner, ines.email)
    Organization.objects.filter(pk=org.pk).update(two_factor_required=True)
    Membership.objects.filter(pk=owner.pk).update(two_factor=True)
    assert refused(ines, invitation) == "two_factor"
    Authenticator.objects.create(user=ines, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert accepting(ines, invitation).two_factor
    assert counters(org) == (2, 0, 0)


def with_groups(by, *groups, **details):
    role = role_of(by.organization, "member")
    one = Offer("ines@example.org", role, groups=tuple(groups), **details)
    return invite_each(actor=acting(by), organization=by.organization, offers=[one], days=7).done[0]


def a_group(owner, name):
    return create_group(actor=acting(owner), organization=owner.organization, name=name, description="")


def test_name_title_and_phone_are_what_the_organization_keeps(owner, ines):
    details = {"name": "Inês D.", "job_title": "Buyer", "phone": "+351 21 000"}
    membership = accepting(ines, with_groups(owner, **details))
    assert (membership.own_name, membership.name) == ("Inês D.", "Inês D.")
    assert (membership.job_title, membership.phone) == ("Buyer", "+351 21 000")
    ines.refresh_from_db()
    assert ines.name == "Ines Duarte"


@pytest.mark.parametrize("details", [{"name": "see www.evil.example"}, {"job_title": "a\u202eb"}, {"phone": "call me"}])
def test_details_that_deceive_are_refused_with_nothing_sent(owner, details):
    with written() as news, pytest.raises(ValidationError) as refusal:
        with_groups(owner, **details)
    assert set(refusal.value.error_dict) == set(details)
    assert news.nothing


def test_whoever_joins_comes_into_the_groups_that_were_offered(owner, ines):
    sales, night = a_group(owner, "Sales"), a_group(owner, "Night shift")
    invitation = with_groups(owner, sales, night)
    with written() as news:
        membership = accepting(ines, invitation)
    assert set(membership.group_places.values_list("group__name", flat=True)) == {"Sales", "Night shift"}
    assert news.actions == ["member.joined", "group.member_added", "group.member_added"]
    assert {event.on_behalf_of for event in news.events[1:]} == {"whoever invited them"}


def test_a_group_that_is_gone_is_left_out(owner, ines):
    sales, night = a_group(owner, "Sales"), a_group(owner, "Night shift")
    invitation = with_groups(owner, sales, night)
    delete_group(actor=acting(owner), group=sales)
    membership = accepting(ines, invitation)
    assert list(membership.group_places.values_list("group__name", flat=True)) == ["Night shift"]


def test_nobody_comes_into_a_group_that_the_inviter_may_no_longer_put_people_into(owner, admin, ines):
    invitation = with_groups(admin, a_group(owner, "Sales"))
    keeper = role_of(owner.organization, "admin")
    keeper.pk, keeper.key, keeper.label, keeper.organization = None, "recruiter", "Recruiter", owner.organization
    keeper.grants = [grant for grant in keeper.grants if not grant.startswith("groups.update")]
    keeper.save(force_insert=True)
    Membership.objects.filter(pk=admin.pk).update(role=keeper)
    membership = accepting(ines, invitation)
    assert not membership.group_places.exists()


def test_groups_of_another_organization_are_none(owner, outsider, ines):
    theirs = a_group(outsider, "Theirs")
    assert with_groups(owner, theirs).group_ids == []


def test_an_inviter_who_is_deactivated_or_lowered_offers_nothing(org, owner, admin, ines):
    invitation = offer(admin, ines.email)
    give_role(admin, "viewer")  # around the action, which would revoke it
    assert refused(ines, invitation) == "inviter_may_not"
    give_role(admin, "admin")
    deactivate(actor=acting(owner), organization=org, memberships=[admin])
    assert Invitation.objects.get(pk=invitation.pk).status == "revoked"
