"""An organization of any size, quickly: rows written in bulk, with the events and counters that the actions keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from audit.actions import current_act
from audit.actors import SYSTEM, Actor
from audit.recording import record
from organizations import events
from organizations.actions.base import action, locked
from organizations.actions.organizations import create_organization
from organizations.models import Membership, MembershipSource, Organization, Role
from team.demo.people import acting_for, make_person

CHUNK = 500
_FIRST = (
    "Ada",
    "Ben",
    "Chidi",
    "Dana",
    "Emre",
    "Fatou",
    "Goran",
    "Hana",
    "Ines",
    "Jun",
    "Kofi",
    "Lena",
    "Mira",
    "Nils",
)
_LAST = (
    "Abel",
    "Brandt",
    "Costa",
    "Dube",
    "Eriksen",
    "Fontaine",
    "Goto",
    "Haas",
    "Ito",
    "Jansen",
    "Kaya",
    "Lund",
    "Moreau",
)


def gather(members: int) -> Organization:
    """Make an organization with that many members and answer it; its owner is the first of them."""
    number = Organization.objects.filter(slug__startswith="crowd-").count() + 1
    domain = f"crowd-{number}.example"
    owner = make_person("Olive Crowd", f"owner@{domain}", timezone.now())
    organization = create_organization(
        actor=acting_for(owner), user=owner, name=f"Crowd {number}", slug=f"crowd-{number}", scheme="standard"
    ).organization
    roles = {role.key: role for role in Role.objects.of(organization)}
    for places in _chunks(members - 1):
        add_crowd(actor=SYSTEM, organization=organization, places=places, domain=domain, roles=roles)
    return Organization.objects.get(pk=organization.pk)


@action
def add_crowd(*, actor: Actor, organization: Organization, places: range, domain: str, roles: dict[str, Role]) -> None:
    """Add one chunk of made-up people: one in fifty an admin, one in ten a viewer, the rest members."""
    organization = locked(organization)
    now = current_act().now
    nobody = make_password(None)  # nobody signs in as one of the crowd
    people = [_person(place, domain, nobody) for place in places]
    User.objects.bulk_create(people)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people]
    )
    memberships = [
        _membership(organization, person, roles[_role_at(place)], now - timedelta(days=place % 700))
        for place, person in zip(places, people, strict=True)
    ]
    Membership.objects.bulk_create(memberships)
    organization.active_members += len(memberships)
    organization.save(update_fields=["active_members"])
    for membership in memberships:
        record(
            events.MEMBER_ADDED,
            actor=actor,
            chain=organization.pk,
            target_id=membership.user_id,
            target_label=membership.label,
            after={"role": membership.role.label if membership.role else "", "source": membership.source},
        )


def _person(place: int, domain: str, password: str) -> User:
    first, last = _FIRST[place % len(_FIRST)], _LAST[place // len(_FIRST) % len(_LAST)]
    email = f"{first}.{last}.{place}@{domain}".lower()
    return User(email=email, name=f"{first} {last} {place}", password=password)


def _membership(organization: Organization, person: User, role: Role, joined_at: datetime) -> Membership:
    membership = Membership(
        organization=organization, user=person, source=MembershipSource.INVITATION, joined_at=joined_at
    )
    membership.take_role(role)
    membership.copy_user(person.name, person.email, two_factor=False)
    return membership


def _role_at(place: int) -> str:
    return "admin" if place % 50 == 0 else "viewer" if place % 10 == 0 else "member"


def _chunks(members: int) -> Iterator[range]:
    for start in range(1, members + 1, CHUNK):
        yield range(start, min(start + CHUNK, members + 1))
