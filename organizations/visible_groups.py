"""Which groups a person sees."""

from __future__ import annotations

from audit.actors import Actor
from organizations.models import Organization
from organizations.permissions import Scope
from organizations.querysets import GroupQuerySet

READ = "groups.read"


def reads_groups(actor: Actor) -> bool:
    """Whether the actor sees any group at all: all of them, or the own ones."""
    return any(grant in actor.grants for grant in (READ, f"{READ}@{Scope.GROUPS}", f"{READ}@{Scope.CURATED}"))


def visible_groups(organization: Organization, actor: Actor) -> GroupQuerySet:
    """All groups, or of those that the actor belongs to the ones that their grants reach."""
    groups: GroupQuerySet = organization.groups.all()
    if READ in actor.grants:
        return groups
    own = actor.belongs_to if f"{READ}@{Scope.GROUPS}" in actor.grants else actor.curates
    return groups.filter(pk__in=own) if reads_groups(actor) else groups.none()
