"""How people join: the page with all of it, and switching one way on or off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, TemplateView

from invitations import policies
from invitations.actions.openers import openers_of
from invitations.actions.ways import close_way, open_way
from invitations.forms.joining import WayForm
from invitations.models import JoinLink, WayIn, WayKind
from invitations.policies import MOST_LINKS
from organizations.policies import MOST_DOMAINS, Decision, holds
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors

KINDS = (WayKind.DOMAIN, WayKind.REQUEST, WayKind.OPEN)
_WORDS = {
    WayKind.DOMAIN: ("By a proven domain", "at", "Whoever has a confirmed address at one of your domains joins."),
    WayKind.REQUEST: (
        "By asking",
        "user-question",
        "Whoever has its address asks, and somebody answers.",
    ),
    WayKind.OPEN: ("Openly", "door-enter", "Everyone who is signed in to Roster joins at once."),
}


@dataclass(frozen=True)
class Row:
    """One way as the page shows it; `stands` is why nobody comes in by it although it is on."""

    kind: WayKind
    title: str
    icon: str
    about: str
    way: WayIn | None
    stands: Decision | None


class JoiningView(OrganizationMixin, TemplateView):
    """Invite only, until something here is switched on."""

    permission = "organization.update"
    section = "organizations:settings"
    page_name = "the settings of joining"
    template_name = "invitations/joining_settings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization, actor = self.organization, self.actor
        ways = {way.kind: way for way in organization.ways_in.select_related("role")}
        links = list(organization.join_links.open(self.now).select_related("role").order_by("-id")[:MOST_LINKS])
        offers: list[WayIn | JoinLink] = [*ways.values(), *links]
        for offer in offers:
            offer.organization = organization
        openers = openers_of(organization, offers)
        domains = list(organization.domains.all()[:MOST_DOMAINS])
        rows = []
        for kind in KINDS:
            way = ways.get(kind)
            stands = policies.stands(way, openers.get(way.opened_by_id)) if way else None
            rows.append(Row(kind, *_WORDS[kind], way, stands))
        return super().get_context_data(
            rows=rows,
            is_invite_only=not ways and not links,
            has_ways=bool(ways),
            domains=[(one, one.is_checking_at(self.now)) for one in domains],
            proven=any(one.is_proven for one in domains),
            links=[(one, policies.stands(one, openers.get(one.opened_by_id))) for one in links],
            may_let_in=holds(actor, "invitations.create"),
            may_revoke=policies.may_revoke_link(actor),
            may_add_domain=holds(actor, "domains.create"),
            may_restrict=holds(actor, "domains.update"),
            sees_domains=holds(actor, "domains.read"),
            join_url=settings.BASE_URL + reverse("invitations:join", args=[organization.slug]),
            **kwargs,
        )


class WayMixin(OrganizationMixin):
    kwargs: dict[str, Any]
    permission = "organization.update"
    section = "organizations:settings"
    page_name = "the page that switches a way to join on or off"

    @cached_property
    def kind(self) -> WayKind:
        found = next((kind for kind in KINDS if kind == self.kwargs["kind"]), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def way(self) -> WayIn | None:
        found: WayIn | None = self.organization.ways_in.select_related("role").filter(kind=self.kind).first()
        return found

    @property
    def back_url(self) -> str:
        return reverse("invitations:joining", args=[self.organization.slug])


class WayView(WayMixin, FormView[WayForm]):
    """With which role people come in that way, and for a domain whether they ask first."""

    template_name = "invitations/way.html"
    form_class = WayForm

    def get_form_kwargs(self) -> dict[str, Any]:
        shared = {"organization": self.organization, "actor": self.actor, "kind": self.kind, "way": self.way}
        return super().get_form_kwargs() | shared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        roles = context["form"].roles
        title, _, about = _WORDS[self.kind]
        refused = next((decision for _, decision in reversed(roles)), None)
        return context | {
            "title": title,
            "about": about,
            "kind": self.kind,
            "way": self.way,
            "allowed": any(decision for _, decision in roles) or refused,
            "proven": self.kind is not WayKind.DOMAIN or self.organization.domains.proven().exists(),
            "back_url": self.back_url,
        }

    def form_valid(self, form: WayForm) -> HttpResponse:
        try:
            open_way(
                actor=self.actor,
                organization=self.organization,
                kind=self.kind,
                role=form.cleaned_data["role"],
                at_once=form.cleaned_data.get("joins") != "asking",
            )
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        said = "Joining <b>{}</b> is switched on in {}."
        messages.success(self.request, format_html(said, _WORDS[self.kind][0].lower(), self.organization))
        return redirect(self.back_url)


class CloseWayView(WayMixin, TemplateView):
    """Asks once more before nobody comes in that way any more."""

    template_name = "invitations/way_close.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stays = {"icon": "users", "text": "Whoever has joined that way stays."}
        waits = {"icon": "hourglass", "text": "Whoever asks or waits is answered or joins once it is on again."}
        return super().get_context_data(
            title=f"Switch off joining {_WORDS[self.kind][0].lower()}?",
            text=f"From now on nobody joins {self.organization} that way.",
            consequences=[stays, waits, {"icon": "arrow-back-up", "text": "You can switch it on again at any time."}],
            verb="Switch off",
            action=self.request.path,
            cancel_url=self.back_url,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if close_way(actor=self.actor, organization=self.organization, kind=self.kind):
            said = "Joining <b>{}</b> is switched off in {}."
            messages.success(request, format_html(said, _WORDS[self.kind][0].lower(), self.organization))
        return redirect(self.back_url)
