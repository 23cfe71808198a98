"""Finds whom and what a question names, within one organization and within what the reader may know."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from audit.actors import Actor
from organizations.models import Group, Membership, Organization, needle
from organizations.policies import holds
from organizations.querysets import MembershipQuerySet


def people(organization: Organization) -> MembershipQuerySet:
    rows: MembershipQuerySet = organization.memberships.select_related("role", "user")
    return rows


def person_by_id(organization: Organization, text: str) -> Membership | None:
    key = _uuid(text)
    return _with(organization, people(organization).filter(pk=key).first()) if key else None


def person_by_address(organization: Organization, address: str) -> Membership | None:
    """By the address that the organization knows them by; others of the same account are theirs alone."""
    return _with(organization, people(organization).filter(user__email=address).first())


def person_of_user(organization: Organization, user: User) -> Membership | None:
    return _with(organization, people(organization).filter(user=user).first())


def people_by_name(organization: Organization, name: str) -> list[Membership]:
    """Those of exactly that name, else those with it somewhere in theirs; three at most."""
    rows = people(organization).by_name()
    near = rows.filter(pk__in=organization.texts.some_ids(needle(name)))
    found = list(rows.filter(sort_name=name.casefold())[:3]) or list(near[:3])
    return [one for one in found if _with(organization, one)]


def groups_known_to(reader: Actor, organization: Organization) -> QuerySet[Group]:
    """All groups for whoever reads groups here, else those that the reader belongs to."""
    rows = organization.groups.by_name()
    if holds(reader, "groups.read"):
        return rows
    return rows.filter(pk__in=reader.belongs_to)


def group_named(reader: Actor, organization: Organization, text: str) -> Group | None:
    """By its id or its name."""
    rows = groups_known_to(reader, organization)
    key = _uuid(text)
    return (rows.filter(pk=key) if key else rows.filter(name__iexact=text)).first()


def _with(organization: Organization, membership: Membership | None) -> Membership | None:
    if membership is not None:
        membership.organization = organization
    return membership


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
