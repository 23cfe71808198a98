"""The roles of an organization, side by side."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from organizations.models import Membership, Role
from organizations.policies import holds
from organizations.schemes import OwnerRule
from organizations.views.base import OrganizationMixin
from organizations.views.roles.base import RoleMixin, holders_by_role

NAMED = 3  # of those without a role
ROWS = 25  # with cautions and menus, 60 kB


class ListRolesView(OrganizationMixin, TemplateView):
    """Built-in and custom roles from narrow to wide, how many hold each, and what wants attention."""

    permission = "roles.read"
    section = "organizations:roles"
    page_name = "the roles"
    template_name = "organizations/role_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roles = list(Role.objects.ever_of(self.organization))
        people = holders_by_role(self.organization, self.now)
        given = [(role, people.get(role.pk, 0)) for role in roles if role.by_hand and not role.retired]
        pages = Paginator(given, ROWS)
        page = pages.get_page(self.request.GET.get("page"))
        return super().get_context_data(
            given=page.object_list,
            said=f"{page.start_index()} to {page.end_index()} of {len(given)}",
            previous_url=f"?page={page.number - 1}" if page.has_previous() else "",
            next_url=f"?page={page.number + 1}" if page.has_next() else "",
            not_given=[
                (role, people.get(role.pk, 0))
                for role in roles
                if (people.get(role.pk) if role.retired else not role.by_hand)
            ],
            everything=len(self.organization.rules.permissions),
            roleless_count=people.get(None, 0),
            roleless=self._roleless() if people.get(None) else [],
            may_assign=holds(self.actor, "roles.assign"),
            may_create=holds(self.actor, "roles.create"),
            too_few_owners=self._too_few_owners(),
            **kwargs,
        )

    def _roleless(self) -> list[Membership]:
        if not holds(self.actor, "members.read"):
            return []
        rows = self.organization.memberships.without_role().active(self.now)
        return list(rows.by_name()[:NAMED])

    def _too_few_owners(self) -> int:
        """How many owners there are where the scheme recommends more, for whoever may change that; else 0."""
        rules = self.organization.rules
        if rules.owner_rule is not OwnerRule.AT_LEAST_ONE or not holds(self.actor, "roles.assign"):
            return 0
        owners = self.organization.memberships.owners(self.now)[: rules.recommended_owners].count()
        return owners if owners < rules.recommended_owners else 0


class RoleMenuView(RoleMixin, TemplateView):
    """The menu of a row, loaded when it is opened."""

    permission = "roles.read"
    template_name = "organizations/role_menu.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self.allowed(), **kwargs)
