"""Creating an organization, switching between one's own, leaving one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, ListView, TemplateView

from accounts.models import User
from audit.actors import Actor, ActorKind
from organizations import policies
from organizations.actions.members import leave
from organizations.actions.organizations import create_organization
from organizations.forms.organizations import OrganizationForm
from organizations.models import Membership
from organizations.views.base import LAST_ORGANIZATION, OrganizationMixin
from organizations.views.errors import add_errors

SWITCH_ROWS = 20


class CreateView(LoginRequiredMixin, FormView[OrganizationForm]):
    """A name, an address and a role scheme; then one owns it."""

    template_name = "organizations/organization_create.html"
    form_class = OrganizationForm

    def form_valid(self, form: OrganizationForm) -> HttpResponse:
        user = cast("User", self.request.user)
        try:
            membership = create_organization(actor=_person(user), user=user, **form.cleaned_data)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(
            self.request,
            format_html("<b>{}</b> exists, and you own it. Invite its people next.", membership.organization),
        )
        return redirect("team:overview", membership.organization.slug)


class SwitchView(OrganizationMixin, ListView[Membership]):
    """The menu of one's own organizations, loaded when it is opened."""

    permission = ""
    template_name = "organizations/organization_switch.html"
    context_object_name = "memberships"

    def get_queryset(self) -> Any:
        user = cast("User", self.request.user)
        return Membership.objects.of_user(user).active(self.now).order_by("organization__name")[:SWITCH_ROWS]


class LeaveView(OrganizationMixin, TemplateView):
    """Says what leaving takes along, and then does it."""

    permission = ""
    open_to_deactivated = True
    template_name = "organizations/organization_leave.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        owners = self.organization.memberships.owners(self.now).exclude(pk=self.membership.pk).count()
        decision = policies.may_leave(self.actor, self.membership, owners)
        name = self.organization.name
        return super().get_context_data(
            title=f"Leave {name}?",
            consequences=[
                {"icon": "ban", "text": f"Your access to {name} ends at once."},
                {"icon": "mail-x", "text": "Invitations that you sent and nobody has answered are withdrawn."},
                {"icon": "user", "text": "Your account stays yours, with your other organizations."},
                {"icon": "alert-triangle", "bad": True, "text": "You cannot undo this; someone there must invite you."},
            ],
            refused=decision.reason,
            verb=f"Leave {name}",
            action=self.request.path,
            cancel_url=reverse("team:overview", args=[self.organization.slug]),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        leave(actor=self.actor, membership=self.membership)
        request.session.pop(LAST_ORGANIZATION, None)
        messages.success(request, format_html("You left <b>{}</b>. Your account stays yours.", self.organization))
        return redirect("team:organizations")


def _person(user: User) -> Actor:
    """Someone who acts for themselves, outside any organization."""
    return Actor(kind=ActorKind.MEMBER, label=user.label, id=user.pk)
