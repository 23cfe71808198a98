"""What changes between the page on which somebody can join and the press of its button is asked about again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.actors import SYSTEM
from invitations.actions.join_links import revoke_link
from invitations.actions.ways import close_way
from invitations.models import JoinLink, WayIn, WayKind
from organizations.actions.domains import restrict_domains
from organizations.actions.organizations import settle_lapsed
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, end_at, join, role_of
from tests.invitations.letting_in import come, let_in, link, of_the_domain, page_of, use
from tests.organizations.changing import assign, demote, dismiss
from tests.organizations.designing import design, redesign
from tests.witness import counters, written

PAGE = "/o/marram/join/"
VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


def _way_closed(owner: Membership, admin: Membership) -> None:
    for kind in ("domain", "open"):
        close_way(actor=acting(owner), organization=owner.organization, kind=WayKind(kind))
    for made in JoinLink.objects.all():
        revoke_link(actor=acting(owner), link=made)


def _opener_demoted(owner: Membership, admin: Membership) -> None:
    demote(owner, admin)


def _opener_removed(owner: Membership, admin: Membership) -> None:
    dismiss(owner, admin)


def _opener_lapsed(owner: Membership, admin: Membership) -> None:
    end_at(admin, timezone.now() - timedelta(seconds=1))


def _account_of_opener_closed(owner: Membership, admin: Membership) -> None:
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)


def _role_widened(owner: Membership, admin: Membership) -> None:
    role = owner.organization.custom_roles.get()
    type(role).objects.filter(pk=role.pk).update(grants=[*role.grants, "ownership.transfer"])


def _address_unverified(owner: Membership, admin: Membership) -> None:
    EmailAddress.objects.filter(email="dora@marram.example").update(verified=False)


def _domains_restricted(owner: Membership, admin: Membership) -> None:
    restrict_domains(actor=acting(owner), organization=owner.organization, domains=["other.example"])


def _second_factor_required(owner: Membership, admin: Membership) -> None:
    Organization.objects.filter(pk=owner.organization_id).update(two_factor_required=True)
    Membership.objects.update(two_factor=True)


def _proof_withdrawn(owner: Membership, admin: Membership) -> None:
    owner.organization.domains.update(proven_at=None, proven_by="")


def _account_closed(owner: Membership, admin: Membership) -> None:
    type(owner.user).objects.filter(email="dora@marram.example").update(is_active=False)


MEANWHILE = [
    _way_closed, _opener_demoted, _opener_removed, _opener_lapsed, _account_of_opener_closed, _role_widened,
    _address_unverified, _domains_restricted, _second_factor_required, _account_closed,
]  # fmt: skip


@pytest.mark.parametrize("kind", ["domain", "open", "link"])
@pytest.mark.parametrize("change", MEANWHILE, ids=lambda one: one.__name__.strip("_"))
def test_button_looks_again_at_what_the_page_has_seen(client_of, org, owner, admin, kind, change):
    role = design(owner, "Helper", *VIEWERS)
    user = of_the_domain()
    path = page_of(admin, kind, role)
    browser = client_of(user)
    assert browser.get(path, follow=True).status_code == 200
    change(owner, admin)
    browser.post(f"/join/{JoinLink.objects.get().pk}/" if kind == "link" else PAGE)
    assert not Membership.objects.filter(user=user).exists()
    counters(org)


def test_proof_of_a_domain_is_looked_at_again(client_of, org, owner, admin):
    browser = client_of(of_the_domain())
    assert browser.get(page_of(admin, "domain", role_of(org, "member"))).status_code == 200
    _proof_withdrawn(owner, admin)
    assert browser.post(PAGE).status_code == 404
    assert counters(org) == (2, 0, 0)


def test_ways_and_links_end_with_the_access_of_whoever_opened_them(org, owner, admin):
    let_in(admin, "open")
    made = link(admin)
    end_at(admin, timezone.now() - timedelta(seconds=1))
    with written() as news:
        settle_lapsed(actor=SYSTEM, organization=org, batch=org.pk)
    assert sorted(news.actions) == ["join_link.revoked", "member.lapsed", "way.closed"]
    assert not WayIn.objects.exists()
    made.refresh_from_db()
    assert made.revoked_at


def test_role_that_was_edited_is_given_as_it_is_now_and_only_where_its_opener_could(org, owner, admin):
    role = design(owner, "Helper", *VIEWERS)
    keeper = join(owner, UserFactory())
    assign(owner, design(owner, "Door", *VIEWERS, "organization.update", "invitations.create"), keeper)
    let_in(keeper, "open", role)
    made = link(keeper, role)
    redesign(owner, role, *VIEWERS, "members.update")
    for deed in (lambda user: come(user, org, "open"), lambda user: use(user, made)):
        with written() as news, pytest.raises(ValidationError) as refused:
            deed(UserFactory())
        assert refused.value.code == "opener"
        assert news.nothing
    let_in(admin, "open", role)
    assert come(UserFactory(), org, "open").role.grant_set >= {"members.update"}
