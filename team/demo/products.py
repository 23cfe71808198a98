"""An organization for each shipped role scheme, in which somebody holds every role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import User
from audit import clock
from audit.actors import Actor, ActorKind
from invitations.actions.answering import accept
from invitations.actions.offering import invite
from organizations.actions.assigning import change_role
from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group
from organizations.actions.organizations import create_organization
from organizations.actions.settings import approve_for_production
from organizations.models import Membership, Organization, Role
from team.demo.people import acting_for, invitee, make_person


@dataclass(frozen=True)
class Company:
    """`people` by the key of the role that each holds; their addresses begin with it. The owner comes from outside."""

    name: str
    slug: str
    scheme: str
    founded: int
    people: dict[str, str]
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    curator: str = ""

    def address(self, role: str) -> str:
        return f"{role.replace('_', '-')}@{self.slug}.example"


COMPANIES = (
    Company(
        "Halden Parts",
        "halden",
        "partner-portal",
        210,
        {
            "admin": "Ida Solberg",
            "developer": "Wen Zhao",
            "billing": "Marek Nowak",
            "support": "Aoife Byrne",
            "viewer": "Luca Conti",
        },
    ),
    Company(
        "Aster Library",
        "aster",
        "knowledge-platform",
        180,
        {
            "basic": "Nadia Petrova",
            "curator": "Samuel Osei",
            "global_curator": "Greta Holm",
            "limited": "Nightly Export",
            "slack_user": "Pavel Horák",
            "ext_perm_user": "Dalia Amin",
        },
        groups={"Reading room": ("basic", "curator", "global_curator"), "Archive": ("global_curator",)},
        curator="curator",
    ),
    Company("Brun Estate", "brun", "winery", 150, {"admin": "Jeanne Brun", "member": "Teo Marchetti"}),
    Company(
        "Kestrel Alliances",
        "kestrel",
        "partner-management",
        120,
        {"admin": "Ruben Castro", "member": "Mei Lin", "viewer": "Ebba Sand", "partner": "Viktor Hale"},
    ),
    Company(
        "Nordlink",
        "nordlink",
        "managed-accounts",
        90,
        {
            "technical_admin": "Joan Ferrer",
            "technical_contact": "Olu Adeyemi",
            "finance": "Birgit Lang",
            "financial_contact": "Andrés Vega",
            "read_only": "Signe Dahl",
        },
    ),
)


def found_companies(owner: User, staff: Actor, password: str, today: datetime) -> list[Organization]:
    """Tell how each of them came to be, by the actions that people use."""
    return [_Founding(company, owner, staff, password, today).tell() for company in COMPANIES]


class _Founding:
    def __init__(self, company: Company, owner: User, staff: Actor, password: str, today: datetime) -> None:
        self.company = company
        self.owner = owner
        self.staff = staff
        self.password = password
        self.today = today

    def tell(self) -> Organization:
        company = self.company
        with clock.as_of(self._day(company.founded)):
            self.organization = create_organization(
                actor=self._by_owner(), user=self.owner, name=company.name, slug=company.slug, scheme=company.scheme
            ).organization
        with clock.as_of(self._day(company.founded - 2)):
            approve_for_production(actor=self.staff, organization=self.organization, approved=True)
        for place, (role, name) in enumerate(company.people.items()):
            with clock.as_of(self._day(company.founded - 5 - 3 * place)):
                self._join(name, role)
        with clock.as_of(self._day(company.founded - 40)):
            for name, roles in company.groups.items():
                self._group(name, roles)
        return self.organization

    def _join(self, name: str, key: str) -> None:
        """By invitation; a role that nobody gives by hand is what the host product makes of it afterwards."""
        roles = list(Role.objects.of(self.organization))
        wanted = next(role for role in roles if role.key == key)
        first = self._first(wanted, roles)
        address = self.company.address(key)
        invite(actor=self._by_owner(), organization=self.organization, addresses=[address], role=first, days=7)
        person = make_person(name, address, clock.read(), self.password)
        invitation = self.organization.invitations.get(email=address)
        membership = accept(actor=invitee(person), user=person, invitation=invitation, version=invitation.version)
        if not wanted.by_hand:
            product = Actor(
                kind=ActorKind.TOKEN, label="Host product", grants=frozenset({"roles.assign", *first.grants})
            )
            change_role(actor=product, organization=self.organization, memberships=[membership], role=wanted)

    def _first(self, wanted: Role, roles: list[Role]) -> Role:
        """What somebody is invited as who comes to the wanted role later: with a curator's place, or by the product."""
        if wanted.key == self.company.curator:
            return next(role for role in roles if role.key == self.organization.rules.instead_of_key)
        return wanted if wanted.by_hand else next(role for role in roles if role.by_hand)

    def _group(self, name: str, roles: Iterable[str]) -> None:
        group = create_group(actor=self._by_owner(), organization=self.organization, name=name, description="")
        people = [self._member(role) for role in roles]
        add_to_group(actor=self._by_owner(), group=group, memberships=people)
        if self.company.curator in roles:
            curator = [self._member(self.company.curator)]
            make_curators(actor=self._by_owner(), group=group, memberships=curator)

    def _member(self, role: str) -> Membership:
        return self.organization.memberships.get(email=self.company.address(role))

    def _by_owner(self) -> Actor:
        return acting_for(self.owner)

    def _day(self, days_ago: float) -> datetime:
        return self.today - timedelta(days=days_ago)
