"""Asking for no more invitations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.views.generic import View

from invitations.actions.refusing import refuse_further
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
