"""An organization of any size, quickly: rows written in bulk, with the events and counters that the actions keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from accounts.models import User
from audit.actions import current_act
from audit.actors import SYSTEM, Actor
from audit.recording import record
from organizations import events
from organizations.actions.base import action, locked
from organizations.actions.groups import create_group
from organizations.actions.organizations import create_organization
from organizations.models import (
    NEVER,
    Group,
    GroupPlace,
    Membership,
    MembershipSource,
    MembershipStatus,
    MembershipText,
    Organization,
    Role,
)
from team.demo.people import acting_for, make_person

CHUNK = 2_000
GROUPS = ("Berlin", "Lisbon", "Nairobi", "Osaka", "Field sales", "Support", "Research", "Finance", "Security", "People")
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
    roles: dict[str, Role | None] = {role.key: role for role in Role.objects.of(organization)}
    roles["none"] = None
    groups = [
        create_group(actor=acting_for(owner), organization=organization, name=name, description="") for name in GROUPS
    ]
    for places in _chunks(members - 1):
        add_crowd(actor=SYSTEM, organization=organization, places=places, domain=domain, roles=roles, groups=groups)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # nobody waits for the planner to learn what has come
    return Organization.objects.get(pk=organization.pk)


@action
def add_crowd(
    *,
    actor: Actor,
    organization: Organization,
    places: range,
    domain: str,
    roles: dict[str, Role | None],
    groups: list[Group],
) -> None:
    """Add one chunk of made-up people: mostly members, with some of every kind that the members table tells apart."""
    organization = locked(organization)
    now = current_act().now
    nobody = make_password(None)  # nobody signs in as one of the crowd
    people = [_person(place, domain, nobody) for place in places]
    User.objects.bulk_create(people)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people]
    )
    memberships = [
        _membership(organization, person, roles[_role_at(place)], place, now)
        for place, person in zip(places, people, strict=True)
    ]
    Membership.objects.bulk_create(memberships)
    MembershipText.objects.bulk_create([membership.as_text() for membership in memberships])
    GroupPlace.objects.bulk_create(_places(memberships, places, groups))
    for membership in memberships:
        organization.count_in(membership)
        organization.settle_by(membership.ends_at)
        record(
            events.MEMBER_ADDED,
            actor=actor,
            chain=organization.pk,
            target_id=membership.user_id,
            target_label=membership.label,
            after={"role": membership.role.label if membership.role else "", "source": membership.source},
        )
    organization.save_counters()


def _person(place: int, domain: str, password: str) -> User:
    first, last = _FIRST[place % len(_FIRST)], _LAST[place // len(_FIRST) % len(_LAST)]
    email = f"{first}.{last}.{place}@{domain}".lower()
    return User(email=email, name=f"{first} {last} {place}", password=password)


def _membership(organization: Organization, person: User, role: Role | None, place: int, now: datetime) -> Membership:
    membership = Membership(
        organization=organization,
        user=person,
        source=MembershipSource.INVITATION,
        joined_at=now - timedelta(days=place * 7 % 700, minutes=place % 1440),
        last_active_at=NEVER if place % 5 == 0 else now - timedelta(minutes=place * 37 % 200_000),
    )
    membership.take_role(role)
    membership.copy_user(person.name, person.email, two_factor=place % 3 != 0)
    if place % 41 == 0:
        membership.status = MembershipStatus.DEACTIVATED
    elif place % 97 == 0:
        membership.ends_at = now + timedelta(days=2 + place % 300)
    return membership


def _places(memberships: list[Membership], places: range, groups: list[Group]) -> list[GroupPlace]:
    """Everyone is in a group, and every seventh in a second one; of each group the first few curate it."""
    found = []
    for place, membership in zip(places, memberships, strict=True):
        for number in {place % len(groups), place // 7 % len(groups) if place % 7 == 0 else place % len(groups)}:
            found.append(
                GroupPlace(
                    group=groups[number],
                    membership=membership,
                    curates=place < 3 * len(groups),
                    sort_name=membership.sort_name,
                )
            )
    return found


def _role_at(place: int) -> str:
    if place % 499 == 0:
        return "none"
    return "admin" if place % 50 == 0 else "viewer" if place % 10 == 0 else "member"


def _chunks(members: int) -> Iterator[range]:
    for start in range(1, members + 1, CHUNK):
        yield range(start, min(start + CHUNK, members + 1))
