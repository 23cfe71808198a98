"""Domains that are an organization's own: staff note it, for one organization alone."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from organizations.actions.domains import prove_domain, unprove_domain
from organizations.models import Domain
from tests.factories import acting
from tests.witness import written


def prove(by, organization, name: str) -> Domain:
    return prove_domain(actor=acting(by), organization=organization, name=name)


def test_staff_prove_a_domain_in_the_admin_and_withdraw_it(staff, org):
    desk = Client()
    desk.force_login(staff)
    path = reverse("admin:organizations_organization_prove", args=[org.pk])
    assert desk.get(path).status_code == 200
    desk.post(path, {"_form_submitted": "True", "domain": " @Marram.Example.org"})
    domain = org.domains.get()
    assert domain.name == "marram.example.org"
    assert domain.proven_at is not None
    event = Event.objects.get(action="domain.proven")
    assert (event.chain_id, event.target_label, event.actor_label) == (org.pk, "marram.example.org", "Sam Staff")
    path = reverse("admin:organizations_domain_unprove", args=[domain.pk])
    desk.post(path, {"_form_submitted": "True"})
    domain.refresh_from_db()
    assert domain.proven_at is None
    assert Event.objects.filter(action="domain.unproven", chain_id=org.pk).count() == 1
    assert desk.get(path).status_code == 403


def test_proving_and_withdrawing_twice_change_nothing(staff, org):
    domain = prove(staff, org, "marram.example.org")
    with written() as news:
        assert prove(staff, org, "MARRAM.example.org") == domain
    assert news.nothing
    assert unprove_domain(actor=acting(staff), domain=domain)
    with written() as news:
        assert not unprove_domain(actor=acting(staff), domain=domain)
    assert news.nothing
    prove(staff, org, "marram.example.org")
    assert org.domains.count() == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gmail.com", "public"),
        ("GMX.de", "public"),
        ("nothing", "invalid_domain"),
        ("a b.org", "invalid_domain"),
        ("", "invalid_domain"),
        ("x@y.org", "invalid_domain"),
    ],
    ids=["gmail", "gmx", "no-dot", "space", "empty", "address"],
)
def test_what_is_no_domain_of_anybody_is_refused(staff, org, name, code):
    with pytest.raises(ValidationError) as refused:
        prove(staff, org, name)
    assert refused.value.code == code
    assert not org.domains.exists()


def test_domain_is_of_one_organization_alone(staff, org, other_org):
    prove(staff, org, "marram.example.org")
    with pytest.raises(ValidationError, match="proven to be a domain of Marram Instruments"):
        prove(staff, other_org, "marram.example.org")
    assert not other_org.domains.exists()


def test_claim_that_is_not_proven_stands_in_nobodys_way(staff, org, other_org):
    Domain.objects.create(organization=other_org, name="marram.example.org", created_at=timezone.now())
    assert prove(staff, org, "marram.example.org").organization == org


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_only_staff_prove_domains(request, staff, org, who):
    person = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        prove(person, org, "marram.example.org")
    domain = prove(staff, org, "marram.example.org")
    with pytest.raises(PermissionDenied):
        unprove_domain(actor=acting(person), domain=domain)
