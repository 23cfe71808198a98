"""Whether people are reminded of invitations that wait."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.views.generic import View

from organizations.actions.settings import switch_reminders
from organizations.views.base import OrganizationMixin


class RemindersView(OrganizationMixin, View):
    """The switch of reminders; the page says to what, so that pressing twice does not turn it round."""

    permission = "organization.update"
    page_name = "the switch of reminders"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("reminders") == "on"
        switch_reminders(actor=self.actor, organization=self.organization, reminders=wanted)
        said = "<b>{}</b> reminds people of invitations that wait." if wanted else "<b>{}</b> reminds nobody any more."
        messages.success(request, format_html(said, self.organization))
        return redirect("invitations:joining", self.organization.slug)
