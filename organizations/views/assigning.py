"""Giving somebody another role."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import FormView

from organizations import policies
from organizations.bulk.deeds import CHANGE_ROLE
from organizations.bulk.doing import do_now
from organizations.bulk.telling import why_not
from organizations.forms.assigning import ChangeRoleForm
from organizations.models import GroupPlace, Membership, Role
from organizations.policies import Decision
from organizations.schemes import OwnerRule
from organizations.views.base import OrganizationMixin
from organizations.views.bulk.answer import answer
from organizations.views.returning import members_url


class ChangeRoleView(OrganizationMixin, FormView[ChangeRoleForm]):
    """The roles from narrowest to widest; to choose the one owner's leads on to the transfer."""

    permission = "roles.assign"
    section = "team:members"
    page_name = "the page that changes a role"
    template_name = "organizations/change_role.html"
    form_class = ChangeRoleForm

    @cached_property
    def person(self) -> Membership:
        rows = self.organization.memberships.select_related("role", "user")
        found: Membership = get_object_or_404(rows, pk=self.kwargs["membership"])
        found.organization = self.organization
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.person, "roles": self._offered}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            person=self.person,
            is_active=self.person.is_active_at(self.now),
            allowed=self._may_change(None),
            leads_on=any(decision and self._by_transfer(role) for role, decision in self._offered),
            sees_members=policies.holds(self.actor, "members.read"),
            **kwargs,
        )

    def form_valid(self, form: ChangeRoleForm) -> HttpResponse:
        role = form.cleaned_data["role"]
        if self._by_transfer(role):
            return redirect("organizations:ownership_transfer", self.organization.slug, self.person.pk)
        job = do_now(
            actor=self.actor,
            user=self.membership.user,
            organization=self.organization,
            deed=CHANGE_ROLE,
            memberships=[self.person],
            argument=role,
        )
        if why := why_not(job):
            form.add_error("role", ValidationError(why))
            return self.form_invalid(form)
        sees_members = policies.holds(self.actor, "members.read")
        onwards = members_url(self.request, self.organization) if sees_members else self.request.path
        answer(self.request, job, back=onwards)
        return redirect(onwards)

    @cached_property
    def _offered(self) -> list[tuple[Role, Decision]]:
        return [(role, self._may_have(role)) for role in Role.objects.of(self.organization).by_hand()]

    def _may_have(self, role: Role) -> Decision:
        if self.person.role == role:
            return policies.YES
        if self._by_transfer(role):
            return policies.may_transfer(self.actor, self.organization, self.person, self.now)
        return self._may_change(role)

    def _may_change(self, role: Role | None) -> Decision:
        return policies.may_change_role(
            self.actor, self.person, role, other_owners=self._other_owners, places=self._places, at=self.now
        )

    def _by_transfer(self, role: Role) -> bool:
        alone = self.organization.rules.owner_rule is OwnerRule.EXACTLY_ONE
        return alone and role.owns and role != self.person.role

    @cached_property
    def _other_owners(self) -> int:
        if not self.person.owns:
            return 0
        return self.organization.memberships.owners(self.now).exclude(pk=self.person.pk).count()

    @cached_property
    def _places(self) -> list[GroupPlace]:
        return list(self.person.group_places.select_related("group"))
