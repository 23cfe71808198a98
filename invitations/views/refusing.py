"""Asking for no more invitations, and taking that back."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.views.generic import View

from accounts.models import User
from audit.actors import Actor, ActorKind
from invitations.actions.refusing import allow_again, refuse_further
from invitations.models import Refusal
from invitations.views.invitee import InvitationMixin


class RefuseFurtherView(InvitationMixin, View):
    """The buttons that ask for no more invitations, of this organization or of any; not for somebody else's address."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.user and not self.is_mine:
            return redirect("invitations:show", self.invitation.pk)
        everywhere = request.POST.get("scope") == "everywhere"
        refuse_further(actor=self.invitee, invitation=self.invitation, scope="everywhere" if everywhere else "here")
        whose = "any organization" if everywhere else str(self.invitation.organization)
        messages.success(
            request, format_html("<b>{}</b> gets no more invitations of {}.", self.invitation.email, whose)
        )
        return redirect("invitations:show", self.invitation.pk)


class AllowAgainView(LoginRequiredMixin, View):
    """The button beside a refusal in the list of one's organizations; for whoever has its address verified."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast("User", request.user)
        addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        refusals = Refusal.objects.of_addresses(addresses).select_related("organization")
        refusal = get_object_or_404(refusals, pk=kwargs["refusal"])
        actor = Actor(kind=ActorKind.INVITEE, label=user.label, id=user.pk)
        allow_again(actor=actor, organization=refusal.organization, email=refusal.email)
        if refusal.organization:
            said = format_html("<b>{}</b> takes invitations from {} again.", refusal.email, refusal.organization)
        else:
            said = format_html(
                "<b>{}</b> takes invitations again, but for organizations that were refused by name.", refusal.email
            )
        messages.success(request, said)
        return redirect("team:organizations")
