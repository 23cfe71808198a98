"""What somebody sees who was given a link to join. Opening it decides nothing: a button acts."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from invitations import policies
from invitations.actions.joining import join_by_link
from invitations.actions.openers import comer, opener_of
from invitations.join_limits import may_join_once_more
from invitations.join_links import link_of, remember, was_opened
from invitations.models import JoinLink, JoinRequest
from invitations.views.invitee import PrivateMixin, reason_of
from invitations.views.joining import actor_of, invited_too, welcome
from organizations.policies import YES


class OpenView(PrivateMixin, View):
    """The address that was passed on: remembers which link it is and goes on to an address without the token."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        link = link_of(token)
        if link is None:
            response = render(request, "invitations/join_link_invalid.html", status=404)
        else:
            remember(request, link)
            response = redirect("invitations:join_link", link.pk)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


class JoinLinkView(PrivateMixin, TemplateView):
    """To what it leads, as what, until when; for whoever opened the link here, or waits for a seat by it."""

    template_name = "invitations/join_link.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user = request.user if request.user.is_authenticated else None
        self.link = JoinLink.objects.select_related("organization", "role").filter(pk=kwargs["link"]).first()
        if self.link is None:
            raise Http404
        waits = JoinRequest.objects.waiting().filter(user=self.user, link=self.link)
        self.asked = waits.first() if self.user else None
        if self.asked is None and not was_opened(request, self.link.pk):
            raise Http404
        return cast("HttpResponseBase", super().dispatch(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        link = cast("JoinLink", self.link)
        organization = link.organization
        person = comer(organization, self.user) if self.user else None
        onward = urlencode({"next": self.request.path})
        now = timezone.now()
        return super().get_context_data(**kwargs) | {
            "link": link,
            "organization": organization,
            "asked": self.asked,
            "leads": policies.link_is_open(link, now) and policies.stands(link, opener_of(link)),
            "membership": person.membership if person else None,
            "allowed": policies.may_come(organization, person) if person else YES,
            "invited": invited_too(organization, person, now) if person else None,
            "has_seat": policies.has_seat(organization, link.role, person),
            "zone": timezone.get_current_timezone_name(),
            "sign_up_url": f"{reverse('account_signup')}?{onward}",
            "sign_in_url": f"{reverse('account_login')}?{onward}",
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.user is None:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
        link = cast("JoinLink", self.link)
        try:
            may_join_once_more(self.user.pk).demand()
            return welcome(request, join_by_link(actor=actor_of(self.user), user=self.user, link=link))
        except (ValidationError, PermissionDenied) as refusal:
            messages.error(request, reason_of(refusal))
            return redirect(request.path)
