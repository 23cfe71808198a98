"""The frame round every page of an organization: what stands in its sidebar, for this person."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from audit.actors import Actor
from organizations.models import Membership, Organization
from organizations.permissions import Scope
from organizations.policies import holds


@dataclass(frozen=True)
class Section:
    label: str
    url: str
    icon: str
    current: bool
    count: int | None = None
    due: bool = False


@dataclass(frozen=True)
class Seats:
    used: int
    reserved: int
    limit: int | None


@dataclass(frozen=True)
class Frame:
    organization: Organization
    role_line: str
    home_url: str
    sections: list[Section]
    seats: Seats | None


# Label, URL name, icon, the permission that opens it, and the counter of the organization shown beside it.
_SECTIONS = (
    ("Overview", "team:overview", "layout-dashboard", "organization.read", ""),
    ("Members", "team:members", "users", "members.read", "members_count"),
    ("Groups", "organizations:groups", "users-group", "groups.read", ""),
    ("Invitations", "invitations:list", "mail", "invitations.read", "reserved_seats"),
    ("Roles", "organizations:roles", "shield-lock", "roles.read", ""),
    ("Audit log", "team:audit", "history", "audit_log.read", ""),
    ("Settings", "organizations:settings", "settings", "organization.update", ""),
)


def build_frame(membership: Membership, actor: Actor, current: str) -> Frame:
    organization = membership.organization
    sections = [
        Section(
            label=label,
            url=reverse(name, args=[organization.slug]),
            icon=icon,
            current=name == current,
            count=getattr(organization, counter) if counter else None,
        )
        for label, name, icon, permission, counter in _SECTIONS
        if _opens(actor, permission)
    ]
    return Frame(
        organization=organization,
        role_line=_role_line(membership),
        home_url=reverse("team:overview", args=[organization.slug]),
        sections=sections,
        seats=Seats(organization.seats_used, organization.reserved_seats, organization.seat_limit)
        if holds(actor, "invitations.create")
        else None,
    )


def _role_line(membership: Membership) -> str:
    if membership.role is None:
        return "No role yet"
    if not membership.role.owns:
        return membership.role.label
    return "You are the owner" if membership.sole_owner else "You are an owner"


def _opens(actor: Actor, permission: str) -> bool:
    """Whether the section holds anything for this person: all of it, or what is of their own groups."""
    return bool(holds(actor, permission)) or any(f"{permission}@{scope}" in actor.grants for scope in Scope)
