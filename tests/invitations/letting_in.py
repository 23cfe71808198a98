"""Letting people in without an invitation, and coming in, as the tests say it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import User
from invitations.actions.asking import ask_to_join
from invitations.actions.join_links import make_link
from invitations.actions.joining import join, join_by_link
from invitations.actions.ways import open_way
from invitations.join_links import token_of
from invitations.models import JoinLink, JoinRequest, WayIn, WayKind
from organizations.actions.domains import prove_domain
from organizations.models import Membership, Organization, Role
from tests.factories import UserFactory, acting, invitee, role_of

DOMAIN = "marram.example"


def prove(organization: Organization, name: str = DOMAIN) -> None:
    """The domain is proven, as staff note it."""
    staff = User.objects.filter(is_staff=True).first() or UserFactory(is_staff=True)
    prove_domain(actor=acting(staff), organization=organization, name=name)


def let_in(by: Membership, kind: str, role: Role | str = "member", *, at_once: bool = True) -> WayIn:
    """The member opens that way; a domain is proven first."""
    organization = by.organization
    if kind == "domain":
        prove(organization)
    wanted = role_of(organization, role) if isinstance(role, str) else role
    return open_way(actor=acting(by), organization=organization, kind=WayKind(kind), role=wanted, at_once=at_once)


def link(by: Membership, role: Role | str = "member", *, uses: int = 5, days: int = 7) -> JoinLink:
    wanted = role_of(by.organization, role) if isinstance(role, str) else role
    return make_link(actor=acting(by), organization=by.organization, role=wanted, uses=uses, days=days)


def page_of(by: Membership, kind: str, role: Role | str = "member") -> str:
    """Where people join that way, once the member has opened it."""
    if kind == "link":
        return f"/j/{token_of(link(by, role))}/"
    let_in(by, kind, role)
    return f"/o/{by.organization.slug}/join/"


def of_the_domain(**fields: Any) -> User:
    """Somebody with a verified address at the proven domain."""
    name = fields.pop("name", "Dora Marram")
    return UserFactory(name=name, email=fields.pop("email", f"{name.split()[0].lower()}@{DOMAIN}"), **fields)


def come(user: User, organization: Organization, kind: str) -> Any:
    """The person presses the button of that way."""
    return join(actor=invitee(user), user=user, organization=organization, kind=WayKind(kind))


def use(user: User, made: JoinLink) -> Any:
    return join_by_link(actor=invitee(user), user=user, link=made)


def ask(user: User, organization: Organization, kind: str = "request", message: str = "") -> JoinRequest:
    return ask_to_join(actor=invitee(user), user=user, organization=organization, kind=WayKind(kind), message=message)


def add_address(user: User, email: str, *, verified: bool = True) -> None:
    EmailAddress.objects.create(user=user, email=email, verified=verified)
