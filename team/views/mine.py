"""What belongs to one person: where they are a member, and what is waiting for their answer."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from accounts.models import User
from invitations.models import Invitation
from organizations.models import Membership, OwnershipTransfer
from organizations.views.base import LAST_ORGANIZATION

SHOWN = 100


class HomeView(LoginRequiredMixin, View):
    """Leads to the organization used last, else to the list of one's own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = cast("User", request.user)
        slug = request.session.get(LAST_ORGANIZATION)
        mine = Membership.objects.of_user(user).active(timezone.now())
        if slug and mine.filter(organization__slug=slug).exists():
            return redirect("team:overview", slug)
        return redirect("team:organizations")


class OrganizationsView(LoginRequiredMixin, TemplateView):
    """All organizations of the person with role and status, and the invitations to their verified addresses."""

    template_name = "team/organizations.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = cast("User", self.request.user)
        now = timezone.now()
        addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        waiting = Invitation.objects.pending(now).to_addresses(addresses).select_related("organization", "role")
        memberships = Membership.objects.of_user(user).order_by("organization__name")[:SHOWN]
        return super().get_context_data(
            rows=[(one, one.is_active_at(now)) for one in memberships],
            waiting=list(waiting.order_by("expires_at")[:SHOWN]),
            offers=list(OwnershipTransfer.objects.open(now).filter(to_user=user).select_related("organization")),
            addresses=len(addresses),
            now=now,
            **kwargs,
        )
