"""The people of the demo data, and how they come to have accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import User
from audit.actors import Actor, ActorKind

PASSWORD = "marram-demo-2026"  # noqa: S105 - printed for whoever tries the demo data
DOMAIN = "marram.example"


@dataclass(frozen=True)
class Joined:
    """Somebody who was invited and accepted, so many days ago."""

    name: str
    role: str
    days_ago: int
    job_title: str = ""
    inviter: str = "Grace Okafor"


OWNER = "Grace Okafor"
TEAM = (
    Joined("Mateo Rivera", "admin", 322, "Head of operations"),
    Joined("Lena Fischer", "admin", 318, "People partner"),
    Joined("Priya Nair", "member", 301, "Instrument engineer", "Mateo Rivera"),
    Joined("Tom Becker", "member", 296, "Workshop lead", "Mateo Rivera"),
    Joined("Chloé Martin", "member", 284, "Field engineer", "Lena Fischer"),
    Joined("Yuki Tanaka", "member", 263, "Firmware engineer", "Mateo Rivera"),
    Joined("Sofia Rossi", "viewer", 247, "Studio partner", "Lena Fischer"),
    Joined("Omar Haddad", "member", 231, "Procurement", "Mateo Rivera"),
    Joined("Adaeze Nwosu", "member", 204, "Metrology", "Lena Fischer"),
    Joined("Jonas Lindqvist", "viewer", 190, "Auditor", "Lena Fischer"),
    Joined("Rui Alves", "member", 171, "Supply planner", "Mateo Rivera"),
    Joined("Hannah Weiss", "member", 158, "Technical writer", "Lena Fischer"),
    Joined("Ibrahim Sesay", "member", 143, "Calibration", "Mateo Rivera"),
    Joined("Nils Brandt", "admin", 138, "Regional lead"),
    Joined("Kai Sommer", "member", 131, "Intern", "Lena Fischer"),
    Joined("Noor Rahman", "member", 118, "Field engineer", "Mateo Rivera"),
    Joined("Amara Diallo", "admin", 104, "Regional lead"),
    Joined("Ben Hartley", "viewer", 87, "Accountant", "Lena Fischer"),
    Joined("Inês Carvalho", "member", 66, "Product designer", "Amara Diallo"),
    Joined("Kofi Mensah", "member", 49, "Support engineer", "Amara Diallo"),
    Joined("Lotte Jansen", "member", 33, "Sales engineer", "Amara Diallo"),
    Joined("Oskar Wolff", "viewer", 17, "Consultant", "Lena Fischer"),
    Joined("Ruth Feld", "member", 9, "Data analyst", "Mateo Rivera"),
)
LEFT = ("Kai Sommer", 41)
REMOVED = ("Nils Brandt", 1.6)


def address_of(name: str, domain: str = DOMAIN) -> str:
    plain = name.lower().replace("é", "e").replace("ê", "e").replace(" ", ".")
    return f"{plain}@{domain}"


def make_person(name: str, email: str, since: datetime, password: str = "", **fields: object) -> User:
    """An account with a verified address, as signing up leaves it behind."""
    person = User(email=email, name=name, date_joined=since, password=password or make_password(PASSWORD), **fields)
    person.save(force_insert=True)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def acting_for(user: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, label=user.label, id=user.pk)


def invitee(user: User) -> Actor:
    return Actor(kind=ActorKind.INVITEE, label=user.label, id=user.pk)
