"""What belongs to one person: where they are a member, and what is waiting for their answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from accounts.models import User
from invitations.actions.openers import standing
from invitations.join_links import links_opened
from invitations.models import JoinLink, JoinRequest, Refusal, WayIn, WayKind
from invitations.policies import link_is_open
from invitations.tabs import place_of
from organizations.models import Domain, Membership, OwnershipTransfer
from organizations.policies import domain_of
from organizations.views.base import LAST_ORGANIZATION
from team.waiting import waiting_for

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
    """All organizations of the person, the invitations to their verified addresses, and what these refused for good.

    `after` is the invitation after which those begin that are shown, where they are very many.
    """

    template_name = "team/organizations.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = cast("User", self.request.user)
        now = timezone.now()
        addresses = list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))
        waiting = waiting_for(addresses, now, place_of(self.request.GET.get("after", "")))
        strict = any(one.organization.two_factor_required for one in waiting.rows)
        memberships = Membership.objects.of_user(user).order_by("organization__name")[:SHOWN]
        return super().get_context_data(
            rows=[(one, one.is_active_at(now)) for one in memberships],
            waiting=waiting,
            needs_second_factor=strict and not is_mfa_enabled(user),
            offers=list(OwnershipTransfer.objects.open(now).filter(to_user=user).select_related("organization")),
            addresses=len(addresses),
            open_by_domain=_open_by_domain(user, addresses),
            requests=_requests(user, now),
            links=_links(self.request, user, now),
            refusals=list(Refusal.objects.of_addresses(addresses).select_related("organization")[:SHOWN]),
            now=now,
            **kwargs,
        )


def _open_by_domain(user: User, addresses: list[str]) -> list[Domain]:
    """The proven domains of the person's addresses by which they could join, each with its organization."""
    names = {domain_of(address.lower()) for address in addresses}
    domains = Domain.objects.proven().filter(name__in=names, organization__ways_in__kind=WayKind.DOMAIN)
    domains = domains.exclude(organization__memberships__user=user).select_related("organization")
    found = list(domains.order_by("organization__name")[:SHOWN])
    if not found:
        return []
    ways = WayIn.objects.filter(kind=WayKind.DOMAIN, organization__in=[one.organization_id for one in found])
    leading = {way.organization_id for way in standing(list(ways.select_related("organization", "role")))}
    return [one for one in found if one.organization_id in leading]


def _requests(user: User, at: datetime) -> list[tuple[JoinRequest, bool]]:
    """Those that are open, and those that were refused a short while ago; each with whether its way may lead in yet."""
    rows = JoinRequest.objects.of_user(user).filter(status__in=["pending", "waiting", "refused"])
    found = rows.select_related("organization", "link__organization").newest_first()[:SHOWN]
    return [(one, _may_lead(one, at)) for one in found if one.is_open or one.tells_at(at)]


def _may_lead(asked: JoinRequest, at: datetime) -> bool:
    """Ways are opened again; a link that has ended never is."""
    return asked.via != WayKind.LINK or bool(asked.link and link_is_open(asked.link, at))


def _links(request: HttpRequest, user: User, at: datetime) -> list[JoinLink]:
    """Links that this browser opened and that still lead somewhere: whoever signed up in between finds them here."""
    opened = links_opened(request)
    if not opened:
        return []
    links = JoinLink.objects.open(at).filter(pk__in=opened).exclude(organization__memberships__user=user)
    return list(links.select_related("organization", "role"))
