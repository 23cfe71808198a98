"""For whoever is signed in with another address than the invited one: another account, or one more address."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.views import EmailView
from django.contrib import messages
from django.contrib.auth import logout
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import View

from invitations.models import InvitationStatus
from invitations.opened import remember
from invitations.views.invitee import InvitationMixin


class SwitchAccountView(InvitationMixin, View):
    """Signs out and comes back to the invitation, to answer it as somebody else."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        logout(request)
        if self.version is not None:
            remember(request, self.invitation, self.version)
        return redirect("invitations:show", self.invitation.pk)


class AddAddressView(InvitationMixin, EmailView):  # type: ignore[misc]
    """The button that adds the invited address to the account: it counts once the mailed link was opened.

    It is the form of one's addresses, filled in: allauth asks for a recent sign-in, counts its limits, and answers the
    same whether or not somebody has an account with that address, which it takes from nobody.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where signing in once more leads back to."""
        return redirect(self.get_success_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_mine or self.is_replaced or self.invitation.status_at(self.now) != InvitationStatus.PENDING:
            return redirect(self.get_success_url())
        if self.own_address is not None:
            return self._send_again()
        form = self.get_form()
        return cast("HttpResponse", self.form_valid(form) if form.is_valid() else self.form_invalid(form))

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"data": {"email": self.invitation.email}}

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        for reason in form.errors.as_data().get("email", []):
            messages.error(self.request, " ".join(reason.messages))
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("invitations:show", args=[self.invitation.pk])

    def _send_again(self) -> HttpResponse:
        if not send_verification_email_to_address(self.request, self.own_address):
            messages.info(self.request, "A link is on its way already. Another one can be sent after three minutes.")
        return redirect(self.get_success_url())
