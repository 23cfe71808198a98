"""Making a role, from nothing or like another one, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.generic import FormView

from organizations import policies
from organizations.actions.people import places_of_holders
from organizations.actions.roles import create_role, edit_role
from organizations.comparing import Comparison, as_far_as, compare, scopes
from organizations.forms.roles import RoleForm
from organizations.models import Membership, Role
from organizations.permissions import widest
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors
from organizations.views.roles.base import RoleMixin, holders_by_role, offers_of, onward

NAMED = 3
_ABOUT_GRANTS = {"unknown", "reserved", "scope", "more_than_own", "own_role"}


class RoleFormView(OrganizationMixin, FormView[RoleForm]):
    """The form of a role; what the action refuses stands beside the field that it is about."""

    section = "organizations:roles"
    form_class = RoleForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "organization": self.organization,
            "actor": self.actor,
            "taken": Role.objects.of(self.organization),
        }

    def refuse(self, form: RoleForm, mistakes: ValidationError) -> HttpResponse:
        if getattr(mistakes, "code", None) in _ABOUT_GRANTS:
            mistakes = ValidationError({"grants": mistakes})
        add_errors(form, mistakes)
        return self.form_invalid(form)


class CreateRoleView(RoleFormView):
    """A name, a few words, and what the role may do."""

    permission = "roles.create"
    page_name = "the page that makes a role"
    template_name = "organizations/role_create.html"

    def form_valid(self, form: RoleForm) -> HttpResponse:
        said = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            role = create_role(actor=self.actor, organization=self.organization, **said, **self.like())
        except ValidationError as mistakes:
            return self.refuse(form, mistakes)
        messages.success(self.request, format_html("<b>{}</b> exists now. Nobody holds it yet.", role.label))
        return onward(self, "organizations:role", role.pk)

    def like(self) -> dict[str, Any]:
        return {}


class CloneRoleView(RoleMixin, CreateRoleView):
    """Begins with what the other role may do, as far as the actor may give it."""

    page_name = "the page that makes a role"
    template_name = "organizations/role_clone.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        policies.may_clone_role(self.actor, self.role).enforce()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        policies.may_clone_role(self.actor, self.role).enforce()
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {
            "label": f"Copy of {self.role.label}"[:60],
            "description": self.role.description,
            "caution": self.role.caution,
            "elevated": self.role.elevated,
            "grants": scopes(as_far_as(self.actor.grants, self.role.grant_set)),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = as_far_as(self.actor.grants, self.role.grant_set)
        left_out = compare(self.organization.rules, self.role.grant_set, kept)
        return super().get_context_data(left_out=left_out, **kwargs)

    def like(self) -> dict[str, Any]:
        return {"like": self.role}


class EditRoleView(RoleMixin, RoleFormView):
    """Shows who gains and loses what before anything is saved, and what somebody else saved meanwhile."""

    permission = "roles.update"
    page_name = "the page that changes a role"
    template_name = "organizations/role_edit.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        policies.may_open_for_edit(self.actor, self.role).enforce()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        policies.may_open_for_edit(self.actor, self.role).enforce()
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        role = self.role
        return {
            "label": role.label,
            "description": role.description,
            "caution": role.caution,
            "elevated": role.elevated,
            "grants": scopes(role.grant_set),
            "version": role.version,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        others = Role.objects.of(self.organization).exclude(pk=self.role.pk)
        return super().get_form_kwargs() | {"taken": others, "fixed": self.held_by_actor}

    def form_valid(self, form: RoleForm) -> HttpResponse:
        if "back" in self.request.POST:
            return self.form_invalid(form)
        said = dict(form.cleaned_data)
        if said["version"] != self.role.version:
            return self._show_what_was_saved_meanwhile(form)
        changes = compare(self.organization.rules, self.role.grant_set, said["grants"])
        if changes.differences and "confirmed" not in self.request.POST and self._may_save(said["grants"]):
            concerned = self._concerned()
            if concerned["people_count"] or concerned["offers"]:
                return self._ask(form, changes, concerned)
        try:
            role = edit_role(actor=self.actor, role=self.role, **said)
        except ValidationError as mistakes:
            if getattr(mistakes, "code", None) == "stale":
                del self.role  # as it is now
                return self._show_what_was_saved_meanwhile(form)
            return self.refuse(form, mistakes)
        self._say(role.label, changes)
        return onward(self, "organizations:role", role.pk)

    def _may_save(self, grants: frozenset[str]) -> bool:
        """Whether there is something to ask about; what the action would refuse, it refuses at once."""
        wanted = widest(grants)
        decision = policies.may_edit_role(
            self.actor,
            self.role,
            self.organization,
            wanted,
            same_mark=True,  # there are changes of grants to ask about
            held_by_actor=self.held_by_actor,
            places=places_of_holders(self.actor, self.role, wanted),
        )
        return decision.allowed

    def _say(self, label: str, changes: Comparison) -> None:
        text = "<b>{}</b> is saved."
        if changes.differences:
            text = "<b>{}</b> is saved. It counts from the next page that each of its people opens."
        messages.success(self.request, format_html(text, label))

    def _concerned(self) -> dict[str, Any]:
        """Who holds the role, and how many are invited to it."""
        holders = self.organization.memberships.filter(role=self.role).active(self.now)
        named: list[Membership] = []
        if policies.holds(self.actor, "members.read"):
            named = list(holders.by_name()[:NAMED])
        return {
            "people": named,
            "people_count": holders_by_role(self.organization, self.now).get(self.role.pk, 0),
            "offers": offers_of(self.organization, self.role, self.now),
        }

    def _ask(self, form: RoleForm, changes: Comparison, concerned: dict[str, Any]) -> HttpResponse:
        context = self.get_context_data(form=form, changes=changes, **concerned)
        self.template_name = "organizations/role_preview.html"
        return self.render_to_response(context)

    def _show_what_was_saved_meanwhile(self, form: RoleForm) -> HttpResponse:
        """What was typed stays in the form, which now carries the newer version: saving again is deliberate."""
        typed = self.request.POST.copy()
        typed["version"] = str(self.role.version)
        again = RoleForm(**(self.get_form_kwargs() | {"data": typed}))
        return self.render_to_response(self.get_context_data(form=again, meanwhile=self._meanwhile(form)))

    def _meanwhile(self, form: RoleForm) -> dict[str, Any]:
        """What the role says now, beside what was typed."""
        said = form.cleaned_data
        words = {"label": "Name", "description": "Description", "caution": "Caution"}
        differing = [
            (name, getattr(self.role, field), said[field])
            for field, name in words.items()
            if getattr(self.role, field) != said[field]
        ]
        if self.role.elevated != said["elevated"]:
            differing.append(("Elevated", *(("Yes", "No") if self.role.elevated else ("No", "Yes"))))
        return {
            "words": differing,
            "changes": compare(self.organization.rules, self.role.grant_set, said["grants"]),
        }
