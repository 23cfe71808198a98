"""Deleting a role, with what its holders and those invited to it get instead."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.generic import FormView

from organizations import policies
from organizations.actions.deleting_roles import delete_role
from organizations.forms.roles import DeleteRoleForm
from organizations.models import Role
from organizations.views.errors import add_errors
from organizations.views.roles.base import RoleMixin, offers_of, onward, ways_to


class DeleteRoleView(RoleMixin, FormView[DeleteRoleForm]):
    """Says how many it concerns, and asks what they get instead."""

    permission = "roles.delete"
    page_name = "the page that deletes a role"
    template_name = "organizations/role_delete.html"
    form_class = DeleteRoleForm

    @cached_property
    def holders(self) -> int:
        kept = self.organization.headcounts.filter(role=self.role).first()
        return kept.people if kept else 0

    @cached_property
    def offers(self) -> int:
        return offers_of(self.organization, self.role, self.now)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.allowed()["may_delete"].enforce()
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "holders": self.holders,
            "offers": self.offers,
            "for_holders": self._givable("roles.assign"),
            "for_offers": self._givable("invitations.update"),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization, role = self.organization, self.role
        return super().get_context_data(
            title=f"Delete {role.label}?",
            text=f"The role is gone from {organization} for good.",
            consequences=self._consequences(),
            verb=f"Delete {role.label}",
            refused=self.allowed()["may_delete"].reason,
            action=self.request.path,
            cancel_url=reverse("organizations:role", args=[organization.slug, role.pk]),
            **kwargs,
        )

    def form_valid(self, form: DeleteRoleForm) -> HttpResponse:
        chosen = form.cleaned_data
        move_to, invitations_to = chosen.get("move_to"), chosen.get("invitations_to")
        try:
            moved = delete_role(actor=self.actor, role=self.role, move_to=move_to, invitations_to=invitations_to)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(self.request, self._said(moved, move_to))
        return onward(self, "organizations:roles")

    def _said(self, moved: int, move_to: Role | None) -> str:
        people = f"{moved:,} {'person has' if moved == 1 else 'people have'}"
        if not moved:
            return format_html("<b>{}</b> is deleted. Nobody held it.", self.role.label)
        if move_to is None:
            return format_html("<b>{}</b> is deleted. {} no role now.", self.role.label, people)
        return format_html("<b>{}</b> is deleted. {} the role {} instead.", self.role.label, people, move_to.label)

    def _consequences(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if self.holders:
            said = "Whoever gets no other role can do nothing here until someone gives one."
            found.append({"icon": "users", "text": said})
        else:
            found.append({"icon": "users", "text": "Nobody holds it."})
        if self.offers:
            said = "Open invitations with another role are mailed again with a new link; the older link stops working."
            found.append({"icon": "mail", "text": said})
        if ways := ways_to(self.organization, self.role):
            what = "1 way or link to join gives" if ways == 1 else f"{ways:,} ways and links to join give"
            then = "the role that invitations get instead, or end" if self.offers else "nothing any more: they end"
            found.append({"icon": "link", "text": f"{what} it. From then on they lead to {then}."})
        return [*found, {"icon": "alert-triangle", "bad": True, "text": "You cannot undo this."}]

    def _givable(self, permission: str) -> list[Role]:
        """The roles that the actor may give instead."""
        if not policies.holds(self.actor, permission):
            return []
        roles = Role.objects.of(self.organization).exclude(pk=self.role.pk)
        return [role for role in roles if not role.owns and policies.may_give(self.actor, role, self.organization)]
