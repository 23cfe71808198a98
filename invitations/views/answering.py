"""What an invitee sees: the link, the offer, the answer. Opening decides nothing; a button acts."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.generic import TemplateView, View

from accounts.models import User
from audit.actors import Actor, ActorKind
from invitations.actions.answering import accept, ask_anew, decline
from invitations.actions.standing import both_sides, groups_offered, may_come_in
from invitations.links import opened_with, was_made_here
from invitations.models import Invitation, Refusal
from invitations.opened import remember
from invitations.policies import may_say
from invitations.views.invitee import InvitationMixin, PrivateMixin, gone, reason_of, shown_version
from organizations.policies import YES, Decision


class OpenView(PrivateMixin, View):
    """The link in the mail: remembers which invitation it is for and goes on to an address without the token.

    Only here may no site learn the address. The page that follows keeps `same-origin`: under `no-referrer` browsers
    send `Origin: null` with its buttons, which nobody can tell from a forged form.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        opened = opened_with(token)
        if opened is not None:
            remember(request, opened.invitation, opened.version)
            response: HttpResponse = redirect("invitations:show", opened.invitation.pk)
        elif was_made_here(token):
            response = gone(request)
        else:
            response = render(request, "invitations/link_invalid.html", status=404)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


class InvitationView(InvitationMixin, TemplateView):
    """Who invites, to what, as what, until when; and in every other state what happened and what to do."""

    def get_template_names(self) -> list[str]:
        return [f"invitations/invitation_{self._state()}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = reverse("invitations:show", args=[self.invitation.pk])
        onward = urlencode({"next": here})
        return super().get_context_data(**kwargs) | {
            "invitation": self.invitation,
            "organization": self.invitation.organization,
            "status": self.status,
            "membership": self.membership,
            "allowed": self.allowed,
            "own_address": self.own_address,
            "is_accepted_by_me": bool(self.user and self.invitation.accepted_by_id == self.user.pk),
            "note": self.invitation.note if may_say(self.invitation.organization, self.invitation.note) else "",
            "groups": groups_offered(self.invitation, self.inviter) if self.status == "pending" else [],
            **self._refusing(),
            "zone": timezone.get_current_timezone_name(),
            "offers_nothing": self.invitation.offers_nothing_at(self.now),
            "is_mine": self.is_mine,
            "now": self.now,
            "sign_up_url": f"{reverse('account_signup')}?{urlencode({'next': here, 'email': self.invitation.email})}",
            "sign_in_url": f"{reverse('account_login')}?{onward}",
            "two_factor_url": f"{reverse('mfa_index')}?{onward}",
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.status = self.invitation.status_at(self.now)
        self.membership, self.inviter = both_sides(self.invitation, self.user)
        self.allowed = self._allowed()
        return super().get(request, *args, **kwargs)

    def _refusing(self) -> dict[str, bool]:
        """Whether the page of an invitation that has ended offers to ask for no more, or says that this was done.

        Neither is for somebody else's account.
        """
        theirs = self.status not in ("pending", "accepted") and (self.user is None or self.is_mine)
        refusals = Refusal.objects.against(self.invitation.organization).of_addresses([self.invitation.email])
        refuses = theirs and refusals.exists()
        return {"refuses": refuses, "offers_refusing": theirs and not refuses and self.membership is None}

    def _state(self) -> str:
        asks_with_newest = self.status == "expired" and not self.invitation.offers_nothing_at(self.now)
        if self.is_replaced and (self.status == "pending" or asks_with_newest):
            return "replaced"  # an older link answers nothing, and asks for nothing
        if self.status != "pending":
            return "ended"
        if self.user and not self.is_mine:
            return "other_account"
        return "two_factor" if self.allowed.code == "two_factor" else "detail"

    def _allowed(self) -> Decision:
        """Whether pressing the button would do, so that the page says why not before it is pressed."""
        if self.user is None or not self.is_mine or self.status != "pending":
            return YES
        return may_come_in(
            self.invitation,
            self.user,
            addresses=[self.invitation.email],  # it is theirs
            version=self.invitation.version,
            is_member=self.membership is not None,
            inviter=self.inviter,
        )


class AcceptView(InvitationMixin, LoginRequiredMixin, View):
    """The button that joins."""

    invitations = Invitation.objects.all()  # the action reads under the lock what goes with it

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where signing in leads back to, for whoever pressed the button first."""
        return redirect("invitations:show", self.invitation.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast("User", request.user)
        actor = Actor(kind=ActorKind.INVITEE, label=user.label, id=user.pk)
        try:
            membership = accept(actor=actor, user=user, invitation=self.invitation, version=shown_version(request))
        except (ValidationError, PermissionDenied) as refusal:
            messages.error(request, reason_of(refusal))
            return redirect("invitations:show", self.invitation.pk)
        messages.success(
            request, format_html("You belong to <b>{}</b> now, as {}.", membership.organization, membership.role)
        )
        return redirect("team:overview", membership.organization.slug)


class DeclineView(InvitationMixin, View):
    """The button that refuses; whoever holds the newest link may, with or without an account."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_replaced or (self.user and not self.is_mine):
            return redirect("invitations:show", self.invitation.pk)
        version = shown_version(request) if self.is_mine else self.version or 0
        try:
            decline(actor=self.invitee, invitation=self.invitation, version=version)
        except (ValidationError, PermissionDenied) as refusal:
            messages.error(request, reason_of(refusal))
        return redirect("invitations:show", self.invitation.pk)


class AskAnewView(InvitationMixin, View):
    """The button on an offer that has expired: its inviter is asked for a new one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        version = self.invitation.version if self.is_mine else self.version or 0
        try:
            ask_anew(actor=self.invitee, invitation=self.invitation, version=version)
        except ValidationError as refusal:
            messages.error(request, reason_of(refusal))
        return redirect("invitations:show", self.invitation.pk)
