"""Deleting one's own account, whatever organizations it belongs to."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.generic import FormView, TemplateView

from accounts.actors import oneself
from accounts.models import User
from organizations import policies
from organizations.actions.accounts import delete_account, left_alone
from organizations.forms.accounts import DeleteAccountForm
from organizations.models import Organization
from organizations.policies import Decision

_FOR_GOOD = "This cannot be undone."


class DeleteAccountView(LoginRequiredMixin, FormView[DeleteAccountForm]):
    """Says what goes and what stays, asks for a recent sign-in and the address, and then does it."""

    form_class = DeleteAccountForm
    template_name = "organizations/account_delete.html"

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    @cached_property
    def decision(self) -> Decision:
        alone = left_alone(self.person, timezone.now())
        return policies.may_delete_account(oneself(self.person), self.person, alone)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.decision:
            raise_if_reauthentication_required(request, app="account")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        if not self.decision:
            return self._refuse(self.decision)
        raise_if_reauthentication_required(request, app="account")
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"email": self.person.email}

    def form_valid(self, form: DeleteAccountForm) -> HttpResponse:
        try:
            delete_account(actor=oneself(self.person), user=self.person)
        except PermissionDenied as refusal:  # something changed since the page was opened
            return self._refuse(policies.no(str(refusal)))
        except ValidationError as refusal:
            return self._refuse(policies.no(refusal.messages[0]))
        # Not Django's own way to sign out: it would write down whose session ended, of an account that is gone.
        self.request.session.flush()
        self.request.user = AnonymousUser()
        return redirect("organizations:account_deleted")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "title": "Delete your account?",
            "consequences": self._consequences(),
            "refused": self.decision.reason,
            "verb": "Delete account",
            "action": self.request.path,
            "cancel_url": reverse("accounts:profile"),
        }
        return super().get_context_data(**context | kwargs)

    def _refuse(self, decision: Decision) -> HttpResponse:
        return self.render_to_response(self.get_context_data(refused=decision.reason), status=403)

    def _consequences(self) -> list[dict[str, Any]]:
        here = list(Organization.objects.filter(memberships__user=self.person).order_by("name"))
        whom = settings.OPERATOR or "the people who run Roster"
        logs = (
            "The audit logs of organizations keep in their own words what you did there, under the name that you had. "
            f"To have it taken out, write to {whom}."
        )
        ending = "Invitations that you sent, links and other ways to join that you opened end there." if here else ""
        return [
            *([{"icon": "door-exit", "text": f"You leave {policies.named(here)} at once. {ending}"}] if here else []),
            {
                "icon": "user-x",
                "text": "Your profile, addresses, password, second factors and sessions go. Requests to join are "
                "withdrawn.",
            },
            {"icon": "history", "text": logs},
            {"icon": "mail", "text": f"A last mail to {self.person.email} says that it is done."},
            {
                "icon": "alert-triangle",
                "bad": True,
                "text": format_html("<b>{}</b> With the same address you can only begin anew.", _FOR_GOOD),
            },
        ]


class AccountDeletedView(TemplateView):
    """What is said to somebody who has no account any more."""

    template_name = "organizations/account_deleted.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("home")
        return super().dispatch(request, *args, **kwargs)
