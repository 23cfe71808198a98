"""What the pages of one role have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property

from organizations import policies, signals
from organizations.models import Organization, Role
from organizations.policies import Decision
from organizations.views.base import OrganizationMixin


class RoleMixin(OrganizationMixin):
    """`role` is the one of the URL: built into this organization's scheme, now or once, or its own."""

    section = "organizations:roles"
    page_name = "the roles"

    kwargs: dict[str, Any]

    @cached_property
    def role(self) -> Role:
        found: Role = get_object_or_404(Role.objects.ever_of(self.organization), pk=self.kwargs["role"])
        if found.is_custom:
            found.organization = self.organization
        return found

    @property
    def held_by_actor(self) -> bool:
        return self.membership.role_id == self.role.pk

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**(kwargs | {"role": self.role}))

    def allowed(self) -> dict[str, Decision]:
        """What the actor may do with the role, each with the reason where not."""
        return {
            "may_edit": policies.may_open_for_edit(self.actor, self.role),
            "may_clone": policies.may_clone_role(self.actor, self.role),
            "may_delete": policies.may_delete_role(self.actor, self.role, held_by_actor=self.held_by_actor),
        }


def onward(view: OrganizationMixin, name: str, *args: Any) -> HttpResponse:
    """To that page of roles after a change; to the overview for whoever does not read roles."""
    if not policies.holds(view.actor, "roles.read"):
        return redirect("team:overview", view.organization.slug)
    return redirect(name, view.organization.slug, *args)


def holders_by_role(organization: Organization, at: datetime) -> dict[UUID | None, int]:
    """How many active people hold each role: as kept, without the few whose access has ended since."""
    people: dict[UUID | None, int] = dict(organization.headcounts.values_list("role", "active"))
    for role, ended in organization.memberships.order_by().lapsed(at).values_list("role").annotate(people=Count("*")):
        people[role] = people.get(role, 0) - ended
    return people


def offers_of(organization: Organization, role: Role, at: datetime) -> int:
    """How many open invitations offer the role."""
    found = 0
    for _, answer in signals.role_offered.send(Role, organization=organization, role=role, at=at):
        found += int(answer or 0)
    return found


def ways_to(organization: Organization, role: Role) -> int:
    """How many ways and links to join give the role."""
    answers = signals.role_let_in.send(Role, organization=organization, role=role)
    return sum(int(answer or 0) for _, answer in answers)
