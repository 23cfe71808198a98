"""Joining at once: by a proven domain, openly, with a link. Everything is asked again when the button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from invitations.actions.joining import join, join_by_link
from invitations.actions.ways import close_way
from invitations.models import WayKind
from organizations.actions.domains import prove_domain, restrict_domains
from organizations.models import Domain, Membership, Organization
from tests.factories import UserFactory, acting, deactivate, invitee
from tests.factories import join as belong
from tests.invitations.letting_in import DOMAIN, add_address, ask, come, let_in, link, of_the_domain, use
from tests.witness import counters, written

Comes = Callable[[User], Membership]
AT_ONCE = {
    "domain": ("domain", "member.joined_by_domain"),
    "open": ("open", "member.joined_openly"),
    "link": ("link", "member.joined_by_link"),
}


@pytest.fixture(params=AT_ONCE)
def way(request, owner) -> tuple[Comes, str]:
    """A way that is open, as what a person does to come in, and its name."""
    organization = owner.organization
    if request.param == "link":
        made = link(owner)
        return lambda user: use(user, made), "link"
    let_in(owner, request.param)
    return lambda user: come(user, organization, request.param), request.param


def test_person_joins_with_the_role_of_the_way(org, way):
    comes, name = way
    source, action = AT_ONCE[name]
    user = of_the_domain()
    with written() as news:
        membership = comes(user)
    assert (membership.role.key, membership.source, membership.status) == ("member", source, "active")
    (event,) = news.events
    assert (event.action, event.actor_kind, event.actor_label) == (action, "invitee", "Dora Marram")
    assert event.after == {"role": "Member", "source": source}
    assert not news.mails
    assert counters(org) == (2, 0, 0)
    with written() as news:
        assert comes(user) == membership
    assert news.nothing


def test_nobody_joins_for_somebody_else(org, owner, way, stranger):
    _, name = way
    made, user = link(owner), of_the_domain()
    by_link = partial(join_by_link, user=user, link=made)
    deed = by_link if name == "link" else partial(join, user=user, organization=org, kind=WayKind(name))
    with pytest.raises(PermissionDenied):
        deed(actor=invitee(stranger))
    assert counters(org) == (1, 0, 0)


def of_a_member(owner: Membership, user: User) -> None:
    belong(owner, user, "viewer")


def of_one_deactivated(owner: Membership, user: User) -> None:
    deactivate(belong(owner, user, "viewer"))


def of_a_deactivated_account(owner: Membership, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def without_an_address(owner: Membership, user: User) -> None:
    EmailAddress.objects.filter(user=user).update(verified=False)


def of_another_domain(owner: Membership, user: User) -> None:
    restrict_domains(actor=acting(owner), organization=owner.organization, domains=["other.example"])


def without_a_second_factor(owner: Membership, user: User) -> None:
    Organization.objects.filter(pk=owner.organization_id).update(two_factor_required=True)
    Membership.objects.filter(pk=owner.pk).update(two_factor=True)


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        (of_a_member, "already_member", "You already belong to Marram Instruments."),
        (of_one_deactivated, "deactivated", "was deactivated. Ask someone who runs the team."),
        (of_a_deactivated_account, "not_active", "This account is not active."),
        (without_an_address, "unverified", "Confirm an email address"),
        (of_another_domain, "domain", "Only addresses at other.example may belong"),
        (without_a_second_factor, "two_factor", "Set one up for your account first."),
    ],
)
def test_who_cannot_belong_is_told_why_and_nothing_changes(org, owner, way, state, code, said):
    comes, name = way
    user = of_the_domain()
    state(owner, user)
    before = counters(org)
    with written() as news, pytest.raises(ValidationError) as refused:
        comes(user)
    if state is without_an_address and name == "domain":
        code, said = "no_address", "None of your confirmed addresses"
    assert refused.value.code == code
    assert said in refused.value.messages[0]
    assert news.nothing
    assert counters(org) == before
    assert not org.join_requests.exists()


def test_who_sets_up_the_second_factor_joins(org, owner, way):
    comes, _ = way
    user = of_the_domain()
    without_a_second_factor(owner, user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert comes(user).two_factor


def test_another_verified_address_at_an_allowed_domain_is_enough(org, owner, way):
    comes, _ = way
    user = of_the_domain()
    of_another_domain(owner, user)
    add_address(user, "dora@other.example")
    assert comes(user).pk


# What is like an address at the proven domain, and is none.
CORPUS = [
    f"dora@evil-{DOMAIN}",
    f"dora@x.{DOMAIN}",
    f"dora@{DOMAIN}.evil.example",
    f"dora@{DOMAIN}.",
    f"dora@{DOMAIN}x",
    "dora@example",
    "dora@marram.examp1e",
    "dora@márram.example",
    "dora@xn--mrram-xqa.example",
    f'"dora@{DOMAIN}"@evil.example',
    f"{DOMAIN}@evil.example",
    f"dora+{DOMAIN}@evil.example",
    f"dora@{DOMAIN}@evil.example",
]


@pytest.mark.parametrize("address", CORPUS)
@pytest.mark.parametrize(
    "path", ["domain", "domain by asking", "restricted link", "restricted way", "restricted request"]
)
def test_address_that_is_only_like_one_at_the_domain_leads_nowhere(org, owner, address, path):
    user = UserFactory(email="dora@elsewhere.example")
    add_address(user, address)
    add_address(user, f"dora@{DOMAIN}", verified=False)
    deed: Callable[[], object]
    if path.startswith("domain"):
        at_once = path == "domain"
        let_in(owner, "domain", at_once=at_once)
        deed = (lambda: come(user, org, "domain")) if at_once else (lambda: ask(user, org, "domain"))
    else:
        restrict_domains(actor=acting(owner), organization=org, domains=[DOMAIN])
        if path == "restricted link":
            made = link(owner)
            deed = lambda: use(user, made)  # noqa: E731
        else:
            kind = "open" if path == "restricted way" else "request"
            let_in(owner, kind)
            deed = (lambda: come(user, org, "open")) if kind == "open" else (lambda: ask(user, org))
    with written() as news, pytest.raises(ValidationError) as refused:
        deed()
    assert refused.value.code == ("no_address" if path.startswith("domain") else "domain")
    assert news.nothing
    assert counters(org) == (1, 0, 0)


@pytest.mark.parametrize(
    ("typed", "address"), [("BÜCHER.example", "d@xn--bcher-kva.example"), (f" @{DOMAIN.upper()}", f"d@{DOMAIN}")]
)
def test_domain_is_the_same_however_it_was_typed(org, owner, staff, typed, address):
    let_in(owner, "domain")
    Domain.objects.all().delete()
    prove_typed(staff, org, typed)
    assert come(UserFactory(email=address), org, "domain").source == "domain"


def prove_typed(staff: User, org: Organization, typed: str) -> None:
    prove_domain(actor=acting(staff), organization=org, name=typed)


def test_way_by_domain_stops_with_the_proof(org, owner):
    let_in(owner, "domain")
    org.domains.update(proven_at=None, proven_by="")
    with pytest.raises(ValidationError) as refused:
        come(of_the_domain(), org, "domain")
    assert refused.value.code == "no_address"


def test_domain_that_is_proven_elsewhere_opens_nothing_here(org, owner, outsider):
    let_in(outsider, "domain")
    Domain.objects.update(name="x.example")
    let_in(owner, "domain")
    with pytest.raises(ValidationError):
        come(of_the_domain(), outsider.organization, "domain")


def test_where_people_ask_first_nobody_joins_at_once(org, owner):
    let_in(owner, "domain", at_once=False)
    with pytest.raises(ValidationError) as refused:
        come(of_the_domain(), org, "domain")
    assert refused.value.code == "ask"
    let_in(owner, "request")
    with pytest.raises(ValidationError) as refused:
        come(of_the_domain(name="Paul Marram"), org, "open")
    assert refused.value.code == "closed"


def test_way_that_was_closed_leads_nowhere(org, owner):
    let_in(owner, "open")
    close_way(actor=acting(owner), organization=org, kind=WayKind.OPEN)
    with pytest.raises(ValidationError) as refused:
        come(of_the_domain(), org, "open")
    assert refused.value.code == "closed"
