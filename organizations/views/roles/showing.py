"""One role: what it may do, and who holds it; two roles side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.views.generic import TemplateView

from organizations.comparing import Comparison, Kind, by_resource, compare, matrix, scopes
from organizations.forms.roles import CompareForm
from organizations.models import Role
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from organizations.views.roles.base import RoleMixin

ROWS = 40


class RoleView(RoleMixin, TemplateView):
    """The matrix, or with `?tab=people` those who hold the role, a page found by index and not by counting."""

    permission = "roles.read"
    page_name = "this role"
    template_name = "organizations/role_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = self.organization.rules
        sees_people = bool(holds(self.actor, "members.read"))
        tab = self._people() if sees_people and self.request.GET.get("tab") == "people" else self._matrix()
        return super().get_context_data(
            rules=rules,
            everything=len(rules.permissions),
            sees_people=sees_people,
            sees_log=holds(self.actor, "audit_log.read"),
            for_production=sorted(rules.production & {grant.partition("@")[0] for grant in self.role.grant_set}),
            **self.allowed(),
            **tab,
            **kwargs,
        )

    def _matrix(self) -> dict[str, Any]:
        return {"tab": "permissions", "bands": matrix(self.organization.rules, scopes(self.role.grant_set))}

    def _people(self) -> dict[str, Any]:
        holders = self.organization.memberships.filter(role=self.role)
        place = self._place()
        found = list((holders.after(*place) if place else holders.by_name())[: ROWS + 1])
        people = found[:ROWS]
        return {
            "tab": "people",
            "people": [(person, person.is_active_at(self.now)) for person in people],
            "said": f"{len(people)} shown",
            "next_url": f"?tab=people&after={people[-1].pk.hex}" if len(found) > ROWS else "",
            "first_url": "?tab=people" if place else "",
        }

    def _place(self) -> tuple[str, UUID] | None:
        """The person after whom the page begins; one that is none of this organization is the beginning."""
        try:
            key = UUID(hex=self.request.GET.get("after", ""))
        except ValueError:
            return None
        return self.organization.memberships.filter(pk=key).values_list("sort_name", "pk").first()


class CompareRolesView(OrganizationMixin, TemplateView):
    """What one role may do that the other may not; without a choice, the two narrowest."""

    permission = "roles.read"
    section = "organizations:roles"
    page_name = "the page that compares roles"
    template_name = "organizations/role_compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roles = list(Role.objects.of(self.organization))
        form = CompareForm(self._asked(roles), roles=roles)
        context = super().get_context_data(form=form, everything=self.request.GET.get("show") == "all", **kwargs)
        if not form.is_valid():
            return context
        first, second = form.cleaned_data["first"], form.cleaned_data["second"]
        compared = compare(self.organization.rules, first.grant_set, second.grant_set)
        shown = compared.changes if context["everything"] else compared.differences
        return context | {
            "first": first,
            "second": second,
            "compared": compared,
            "sentence": _sentence(first, second, compared),
            "rows": by_resource(shown),
            "query": f"first={first.pk}&second={second.pk}",
        }

    def _asked(self, roles: list[Role]) -> dict[str, str]:
        """The two of the URL; where one is missing, a neighbour of the other."""
        given = [role for role in roles if role.by_hand]
        first = self.request.GET.get("first") or str(given[0].pk)
        others = [str(role.pk) for role in given if str(role.pk) != first]
        at = next((place for place, role in enumerate(given) if str(role.pk) == first), 0)
        beside = others[min(at, len(others) - 1)] if others else first
        return {"first": first, "second": self.request.GET.get("second") or beside}


def _sentence(first: Role, second: Role, compared: Comparison) -> str:
    """What the second may do that the first may not, and the other way round, counted."""
    parts = []
    if gained := len(compared.gained):
        parts.append(f"may do {_things(gained)} that {first.label} may not")
    if lost := len(compared.lost):
        parts.append(f"lacks {_things(lost)} that {first.label} may do")
    if otherwise := len(compared.reaching_otherwise):
        wider, narrower = compared.of_kind(Kind.WIDER), compared.of_kind(Kind.NARROWER)
        parts.append(f"reaches {_how_far(bool(wider), bool(narrower))} in {_things(otherwise)}")
    if not parts:
        return f"{first.label} and {second.label} may do the same."
    *before, last = parts
    return f"{second.label} {', '.join(before)}{', and ' if before else ''}{last}."


def _things(count: int) -> str:
    return "one thing" if count == 1 else f"{count} things"


def _how_far(wider: bool, narrower: bool) -> str:
    if wider and narrower:
        return "further or less far"
    return "further" if wider else "less far"
