"""Who asks to join, and answering them."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.views.generic import FormView, ListView

from audit.actors import Actor
from invitations import policies
from invitations.actions.asking import approve_request, refuse_request
from invitations.actions.openers import comer, openers_of, proven_domains
from invitations.forms.joining import ApproveForm, RefuseForm
from invitations.join_querysets import JoinRequestQuerySet
from invitations.models import JoinRequest, JoinStatus, WayIn
from invitations.policies import Comer
from organizations.models import Role
from organizations.policies import YES, Decision, no
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors

ROWS = 30
_TABS = {
    "pending": (JoinStatus.PENDING,),
    "waiting": (JoinStatus.WAITING,),
    "answered": (JoinStatus.APPROVED, JoinStatus.REFUSED),
}


class RequestsView(OrganizationMixin, ListView[JoinRequest]):
    """Those who ask, those who wait for a seat, and what was answered; newest first."""

    permission = "invitations.create"
    section = "invitations:list"
    page_name = "the requests to join"
    template_name = "invitations/join_request_list.html"
    context_object_name = "requests"

    def get_queryset(self) -> JoinRequestQuerySet:
        asked = self.request.GET.get("show", "")
        self.tab = asked if asked in _TABS else "pending"
        rows: JoinRequestQuerySet = self.organization.join_requests.filter(status__in=_TABS[self.tab])
        self.place = _place(self.request.GET.get("before", ""))
        if self.place:
            rows = rows.filter(pk__lt=self.place)
        return rows.select_related("user", "role").order_by("-id")[: ROWS + 1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = list(context["requests"])
        rows = found[:ROWS]
        open_ones = self.organization.join_requests.open().counted()
        return context | {
            "rows": rows,
            "tab": self.tab,
            "to_answer": open_ones.get(JoinStatus.PENDING, 0),
            "waiting": open_ones.get(JoinStatus.WAITING, 0),
            "said": f"{len(rows)} shown",
            "next_url": f"?show={self.tab}&before={rows[-1].pk.hex}" if len(found) > ROWS else "",
            "previous_url": f"?show={self.tab}" if self.place else "",
        }


class RequestView(OrganizationMixin, FormView[ApproveForm]):
    """Who asks, with which words; one form approves with a role, the other refuses with a reason."""

    permission = "invitations.create"
    section = "invitations:list"
    page_name = "the page that answers a request to join"
    template_name = "invitations/join_request_detail.html"
    form_class = ApproveForm

    @cached_property
    def asked(self) -> JoinRequest:
        rows = self.organization.join_requests.select_related("user", "role", "link")
        found: JoinRequest = get_object_or_404(rows, pk=self.kwargs["join_request"])
        found.organization = self.organization
        return found

    @cached_property
    def way(self) -> WayIn | None:
        found: WayIn | None = self.organization.ways_in.select_related("role").filter(kind=self.asked.via).first()
        if found is not None:
            found.organization = self.organization
        return found

    @cached_property
    def opener(self) -> Actor | None:
        return openers_of(self.organization, [self.way]).get(self.way.opened_by_id) if self.way else None

    @cached_property
    def comer(self) -> Comer:
        return comer(self.organization, self.asked.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        usual = self.way.role if self.way else None
        shared = {"organization": self.organization, "actor": self.actor, "held": None, "usual": usual}
        return super().get_form_kwargs() | shared | {"also": self._may_come_as}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unanswered = policies.is_unanswered(self.asked)
        context = super().get_context_data(
            asked=self.asked,
            person=self.asked.user,
            unanswered=unanswered,
            verified=sorted(self._addresses()) if unanswered else [],
            **{"refusing": RefuseForm(), **kwargs},
        )
        roles = [decision for _, decision in context["form"].roles] if unanswered else []
        may_come = unanswered and self._may_come()
        return context | {"allowed": may_come and next((one for one in roles if one), next(iter(roles), YES))}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("answer") != "refuse":
            return super().post(request, *args, **kwargs)
        form = RefuseForm(request.POST)
        if not form.is_valid():
            return self._again(form)
        try:
            refuse_request(actor=self.actor, asked=self.asked, reason=form.cleaned_data["reason"])
        except ValidationError as mistakes:
            if hasattr(mistakes, "error_dict"):
                add_errors(form, mistakes)
                return self._again(form)
            return self._answered_meanwhile(mistakes)
        return self._onward("<b>{}</b> does not join {}, and reads why in a mail.")

    def form_valid(self, form: ApproveForm) -> HttpResponse:
        role = form.cleaned_data["role"]
        try:
            approve_request(actor=self.actor, user=self.asked.user, asked=self.asked, role=role)
        except ValidationError as mistakes:
            if mistakes.code in ("answered", "gone"):
                return self._answered_meanwhile(mistakes)
            add_errors(form, mistakes)
            return self.form_invalid(form)
        return self._onward("<b>{}</b> belongs to {} now, and is told by mail.")

    def _again(self, refusing: RefuseForm) -> HttpResponse:
        form = ApproveForm(**{**self.get_form_kwargs(), "data": None, "files": None})
        return self.render_to_response(self.get_context_data(form=form, refusing=refusing))

    def _may_come(self) -> Decision:
        """Whether approving can come to anything now, whichever role is chosen."""
        way = self.way
        if way is None:
            return no(
                "This way to join is switched off. Switch it on under Settings, Joining, to approve.",
                "closed",
            )
        if not (may_come := policies.may_be_let_in(self.asked, self.comer)):
            return may_come
        if not policies.fits_way(way, self.comer, proven_domains(self.organization, self.comer)):
            return no(f"{self.asked.user.label} has no address at a proven domain any more.", "no_address")
        return YES

    def _may_come_as(self, role: Role) -> Decision:
        """Whether they can come in with that role, as far as it is not the answerer's to give."""
        if self.way is None:
            return YES  # said of all of them
        gives = policies.opener_gives(self.way, self.opener, role)
        return gives and policies.has_seat(self.organization, role, self.comer)

    def _addresses(self) -> list[str]:
        """The addresses with which the person asks: their main one, and what is verified at a proven domain."""
        person = self.asked.user
        names = self.organization.domains.proven().values_list("name", flat=True)
        found = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
        own = set(names)
        return [one for one in found if one != person.email and one.rpartition("@")[2] in own]

    def _answered_meanwhile(self, mistakes: ValidationError) -> HttpResponse:
        messages.warning(self.request, " ".join(mistakes.messages))
        return redirect(self.request.path)

    def _onward(self, said: str) -> HttpResponse:
        messages.success(self.request, format_html(said, self.asked.user.label, self.organization))
        return redirect("invitations:requests", self.organization.slug)


def _place(text: str) -> UUID | None:
    """A place in the list, from the URL; one that is none is the beginning."""
    try:
        return UUID(hex=text)
    except ValueError:
        return None
