"""What an invitee sees: the link, the offer, the answer. Opening decides nothing; a button acts."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.generic import TemplateView, View

from accounts.models import User
from audit.actors import Actor, ActorKind
from invitations.actions.answering import accept, ask_anew, decline
from invitations.actions.refusing import refuse_further
from invitations.links import opened_with
from invitations.models import Invitation
from invitations.opened import remember, version_opened
from organizations.models import Membership


class PrivateMixin:
    """The page is kept by no cache."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        response.headers["Cache-Control"] = "no-store"
        return response


class OpenView(PrivateMixin, View):
    """The link in the mail: remembers which invitation it is for and goes on to an address without the token.

    Only here may no site learn the address. The page that follows keeps `same-origin`: under `no-referrer` browsers
    send `Origin: null` with its buttons, which nobody can tell from a forged form.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        opened = opened_with(token)
        if opened is None:
            response = render(request, "invitations/link_invalid.html", status=404)
        else:
            remember(request, opened.invitation, opened.version)
            response = redirect("invitations:show", opened.invitation.pk)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


class InvitationMixin(PrivateMixin):
    """Lets in whoever opened the invitation's link in this browser, or has its address verified in their account."""

    request: HttpRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.now = timezone.now()
        self.user = request.user if request.user.is_authenticated else None
        self.invitation, self.is_mine = self._find(kwargs["invitation"])
        self.version = version_opened(request, self.invitation.pk)

    @property
    def is_replaced(self) -> bool:
        """A newer link was mailed, and only the older one was opened here."""
        return not self.is_mine and self.version != self.invitation.version

    @property
    def invitee(self) -> Actor:
        """Whoever answers: the account that is signed in, else the address that the mail went to."""
        label = self.user.label if self.user else self.invitation.email
        return Actor(kind=ActorKind.INVITEE, label=label, id=self.user.pk if self.user else None)

    def _find(self, invitation_id: UUID) -> tuple[Invitation, bool]:
        rows = Invitation.objects.select_related("organization", "role", "invited_by")
        invitation = rows.filter(pk=invitation_id).first()
        if invitation is None:
            raise Http404
        is_mine = bool(
            self.user and EmailAddress.objects.filter(user=self.user, email=invitation.email, verified=True).exists()
        )
        if not is_mine and version_opened(self.request, invitation.pk) is None:
            raise Http404
        return invitation, is_mine


class InvitationView(InvitationMixin, TemplateView):
    """Who invites, to what, as what, until when; and in every other state what happened and what to do."""

    def get_template_names(self) -> list[str]:
        status = self.invitation.status_at(self.now)
        if self.is_replaced and status == "pending":
            return ["invitations/invitation_replaced.html"]
        if status != "pending":
            return ["invitations/invitation_ended.html"]
        if self.user and not self.is_mine:
            return ["invitations/invitation_other_account.html"]
        return ["invitations/invitation_detail.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        onward = {"next": reverse("invitations:show", args=[self.invitation.pk])}
        membership = None
        if self.user:
            membership = Membership.objects.filter(organization=self.invitation.organization_id, user=self.user).first()
        return super().get_context_data(**kwargs) | {
            "invitation": self.invitation,
            "organization": self.invitation.organization,
            "status": self.invitation.status_at(self.now),
            "membership": membership,
            "is_accepted_by_me": bool(self.user and self.invitation.accepted_by_id == self.user.pk),
            "zone": timezone.get_current_timezone_name(),
            "offers_nothing": self.invitation.offers_nothing_at(self.now),
            "is_mine": self.is_mine,
            "now": self.now,
            "sign_up_url": f"{reverse('account_signup')}?{urlencode(onward | {'email': self.invitation.email})}",
            "sign_in_url": f"{reverse('account_login')}?{urlencode(onward)}",
        }


class AcceptView(InvitationMixin, LoginRequiredMixin, View):
    """The button that joins."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where signing in leads back to, for whoever pressed the button first."""
        return redirect("invitations:show", self.invitation.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast("User", request.user)
        actor = Actor(kind=ActorKind.INVITEE, label=user.label, id=user.pk)
        try:
            membership = accept(actor=actor, user=user, invitation=self.invitation, version=_shown(request))
        except (ValidationError, PermissionDenied) as refusal:
            messages.error(request, _reason(refusal))
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
        version = _shown(request) if self.is_mine else self.version or 0
        try:
            decline(actor=self.invitee, invitation=self.invitation, version=version)
        except (ValidationError, PermissionDenied) as refusal:
            messages.error(request, _reason(refusal))
        return redirect("invitations:show", self.invitation.pk)


class AskAnewView(InvitationMixin, View):
    """The button on an offer that has expired: its inviter is asked for a new one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        version = self.invitation.version if self.is_mine else self.version or 0
        try:
            ask_anew(actor=self.invitee, invitation=self.invitation, version=version)
        except ValidationError as refusal:
            messages.error(request, _reason(refusal))
        return redirect("invitations:show", self.invitation.pk)


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


class SwitchAccountView(InvitationMixin, View):
    """Signs out and comes back to the invitation, to answer it as somebody else."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        logout(request)
        if self.version is not None:
            remember(request, self.invitation, self.version)
        return redirect("invitations:show", self.invitation.pk)


def _shown(request: HttpRequest) -> int:
    """The version that the person was looking at."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _reason(refusal: ValidationError | PermissionDenied) -> str:
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return str(refusal.args[0]) if refusal.args else "You may not do this."
