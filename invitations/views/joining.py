"""What somebody sees who wants to join without an invitation: the way that is open to them, and its button."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import format_html
from django.views.generic import FormView, View

from accounts.models import User
from audit.actors import Actor, ActorKind
from audit.middleware import address_of
from invitations import policies
from invitations.actions.asking import ask_to_join, withdraw_request
from invitations.actions.joining import join
from invitations.actions.openers import comer, openers_of, proven_domains
from invitations.forms.joining import AskForm
from invitations.join_limits import may_ask_once_more, may_join_once_more
from invitations.models import Invitation, JoinRequest, JoinStatus, WayIn, WayKind
from invitations.policies import Comer
from invitations.views.invitee import PrivateMixin
from organizations.models import Membership, Organization
from organizations.policies import YES, Decision
from organizations.views.errors import add_errors


class JoinView(PrivateMixin, LoginRequiredMixin, FormView[AskForm]):
    """The best way in that is open to this person. Where there is none, this is a page that does not exist."""

    template_name = "invitations/joining.html"
    form_class = AskForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return cast("HttpResponseBase", self.handle_no_permission())
        self.user = request.user
        self.now = timezone.now()
        self.organization = get_object_or_404(Organization, slug=kwargs["slug"])
        if self.person.membership is not None:  # deactivated or not: the next page says how it stands
            return redirect("team:overview", self.organization.slug)
        if self.way is None and self.asked is None:
            raise Http404
        if self.way is None and self.waits_by_link:  # its page says how that stands
            return redirect("invitations:join_link", self.waits_by_link)
        return cast("HttpResponseBase", super().dispatch(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = self.way
        return super().get_context_data(
            organization=self.organization,
            way=way,
            asked=self.asked,
            invited=invited_too(self.organization, self.person, self.now),
            allowed=policies.may_come(self.organization, self.person) and self._may_ask(),
            has_seat=policies.has_seat(self.organization, way.role, self.person) if way else None,
            **kwargs,
        )

    def form_valid(self, form: AskForm) -> HttpResponse:
        """The button of the page: it joins, or asks. What is no longer so is said by the action."""
        way = self.way
        if way is None:
            return redirect(self.request.path)
        try:
            if way.at_once:
                may_join_once_more(self.user.pk).demand()
                return welcome(self.request, self._join(way))
            if self.asked is None or not self.asked.is_open:
                # Whoever has a confirmed address at a proven domain is nobody's invention, and sits with many others.
                place = None if way.kind == WayKind.DOMAIN else address_of(self.request)
                may_ask_once_more(self.user.pk, place).demand()
            ask_to_join(
                actor=actor_of(self.user),
                user=self.user,
                organization=self.organization,
                kind=WayKind(way.kind),
                message=form.cleaned_data["message"],
            )
        except ValidationError as refusal:
            add_errors(form, refusal)
            return self.form_invalid(form)
        said = "You asked to join <b>{}</b>. You are told by mail what its people answer."
        messages.success(self.request, format_html(said, self.organization))
        return redirect(self.request.path)

    def _join(self, way: WayIn) -> Membership | JoinRequest:
        kind = WayKind(way.kind)
        return join(actor=actor_of(self.user), user=self.user, organization=self.organization, kind=kind)

    @cached_property
    def person(self) -> Comer:
        return comer(self.organization, self.user)

    @cached_property
    def way(self) -> WayIn | None:
        """The way that leads furthest: one that joins at once before one that asks, a domain before the open door."""
        ways = list(self.organization.ways_in.select_related("role"))
        for way in ways:
            way.organization = self.organization
        domain = any(way.kind == WayKind.DOMAIN for way in ways)
        proven = proven_domains(self.organization, self.person) if domain else frozenset()
        openers = openers_of(self.organization, ways)
        fitting = [
            way
            for way in ways
            if policies.fits_way(way, self.person, proven) and policies.stands(way, openers.get(way.opened_by_id))
        ]
        return min(fitting, key=lambda way: (not way.at_once, way.kind), default=None)

    @cached_property
    def asked(self) -> JoinRequest | None:
        """The newest request of this person here that still says something."""
        found: JoinRequest | None = self.organization.join_requests.of_user(self.user).newest_first().first()
        return found if found and (found.is_open or found.tells_at(self.now)) else None

    @property
    def waits_by_link(self) -> UUID | None:
        return self.asked.link_id if self.asked and self.asked.status == JoinStatus.WAITING else None

    def _may_ask(self) -> Decision:
        way = self.way
        if way is None or way.at_once:
            return YES
        refused = self.asked.answered_at if self.asked and not self.asked.is_open else None
        return policies.may_ask(way, refused, self.now)


class WithdrawView(LoginRequiredMixin, View):
    """The button that takes one's own request back, or waits no longer."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast("User", request.user)
        rows = JoinRequest.objects.of_user(user).select_related("organization")
        asked = get_object_or_404(rows, pk=kwargs["join_request"])
        waited = asked.status == JoinStatus.WAITING
        if withdraw_request(actor=actor_of(user), user=user, asked=asked):
            said = "You no longer wait for a seat in <b>{}</b>." if waited else "You no longer ask to join <b>{}</b>."
            messages.success(request, format_html(said, asked.organization))
        return redirect("team:organizations")


def actor_of(user: User) -> Actor:
    """Somebody who comes in from outside: with no grants."""
    return Actor(kind=ActorKind.INVITEE, label=user.label, id=user.pk)


def invited_too(organization: Organization, person: Comer, at: datetime) -> Invitation | None:
    """The open invitation of somebody who has not come in yet; it ends when they come in another way."""
    if not organization.reserved_seats or person.membership is not None:
        return None
    open_offers = organization.invitations.pending(at).to_addresses(person.addresses)
    found: Invitation | None = open_offers.select_related("role").order_by("pk").first()
    return found


def welcome(request: HttpRequest, found: Membership | JoinRequest) -> HttpResponse:
    """To the organization, or to where the person waits for a seat."""
    organization = found.organization
    if isinstance(found, JoinRequest):
        said = "No seat is free in <b>{}</b>. You wait for one, and are told by mail."
        messages.warning(request, format_html(said, organization))
        return redirect(request.path)
    messages.success(request, format_html("You belong to <b>{}</b> now, as {}.", organization, found.role))
    return redirect("team:overview", organization.slug)
