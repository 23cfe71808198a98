"""Offering somebody who is invited another role."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.html import format_html
from django.views.generic import FormView

from invitations import policies
from invitations.actions.changing import change_offered_role
from invitations.forms.changing import ChangeOfferedRoleForm
from invitations.views.one import OneInvitationMixin
from invitations.views.onward import onward
from organizations.models import Role
from organizations.policies import YES, Decision, holds
from organizations.views.errors import add_errors


class ChangeRoleView(OneInvitationMixin, FormView[ChangeOfferedRoleForm]):
    """The roles from narrowest to widest; to choose another one sends a new link."""

    permission = "invitations.update"
    page_name = "the page that offers another role"
    template_name = "invitations/change_role.html"
    form_class = ChangeOfferedRoleForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"invitation": self.invitation, "roles": self._roles}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            invitation=self.invitation,
            allowed=self._allowed,
            sees_invitations=holds(self.actor, "invitations.read"),
            **kwargs,
        )

    def form_valid(self, form: ChangeOfferedRoleForm) -> HttpResponse:
        before, role = self.invitation.role_id, form.cleaned_data["role"]
        try:
            change_offered_role(actor=self.actor, organization=self.organization, invitation=self.invitation, role=role)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        said = (
            "<b>{}</b> is offered {} in {} already."
            if before == role.pk
            else "<b>{}</b> is offered {} in {} now. A new link is on its way; the older one no longer works."
        )
        messages.success(self.request, format_html(said, self.invitation.email, role.label, self.organization))
        return onward(self)

    @property
    def _allowed(self) -> Decision:
        """Whether the page has anything to offer."""
        if not (open_still := policies.still_open(self.invitation, self.now)):
            return open_still
        return YES if any(decision for _, decision in self._roles) else self._roles[0][1]

    @cached_property
    def _roles(self) -> list[tuple[Role, Decision]]:
        return [(role, self._may_offer(role)) for role in Role.objects.of(self.organization).by_hand()]

    def _may_offer(self, role: Role) -> Decision:
        return policies.may_offer_instead(self.actor, self.invitation, role) and policies.may_end(
            role, self.invitation.access_ends_at, self.now
        )
