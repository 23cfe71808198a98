"""What the pages that show one person have in common."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404

from organizations.models import Membership
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from team.access.finding import person_by_id


class AnyPersonMixin(OrganizationMixin):
    """Opens for whoever holds `permission`, and for oneself."""

    permission = "members.read"
    section = "team:members"
    page_name = "the page of another person"

    kwargs: dict[str, Any]

    def has_permission(self) -> bool:
        return bool(holds(self.actor, self.permission) or (self.is_own and holds(self.actor, "organization.read")))

    @property
    def missing(self) -> str:
        return "organization.read" if self.is_own else self.permission

    @property
    def is_own(self) -> bool:
        return bool(self.kwargs["membership"] == self.membership.pk)

    @cached_property
    def person(self) -> Membership:
        found = person_by_id(self.organization, self.kwargs["membership"].hex)
        if found is None:
            raise Http404
        return found

    @cached_property
    def other_owners(self) -> int:
        """How many can act as owners besides this person; only counted where it matters."""
        if not self.person.owns:
            return 0
        return self.organization.memberships.owners(self.now).exclude(pk=self.person.pk).count()
