"""What stands on the path to every page of an organization: the person's membership, its grants, and the frame."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from audit import refusing
from audit.refusing import NotAllowed
from organizations.models import Group, Membership, note_visit
from organizations.policies import holds
from organizations.views.extension_notice import build_notice
from organizations.views.frame import Frame, build_frame
from organizations.views.refusal import NAMED_PEOPLE, build_refusal

LAST_ORGANIZATION = "organization"


class OrganizationMixin(LoginRequiredMixin):
    """Lets in who holds `permission` in the organization of the URL; an outsider gets 404, a member without it why.

    `request`, `membership`, `organization`, `actor` and `now` are what the page works with; a page about a group sets
    `group` before it is refused, so that the refusal speaks of it.
    """

    permission: ClassVar[str] = "organization.read"
    section: ClassVar[str] = ""
    page_name: ClassVar[str] = "this page"
    group: Group | None = None
    open_to_deactivated: ClassVar[bool] = False
    asks_by_itself: ClassVar[bool] = False  # a page that looks again and again, as progress does, is no visit

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.now = timezone.now()
        self.membership = self._membership(request.user, kwargs["slug"])
        self.membership.user = request.user
        self.organization = self.membership.organization
        self.actor = self.membership.as_actor(self.now)
        if request.session.get(LAST_ORGANIZATION) != self.organization.slug:
            request.session[LAST_ORGANIZATION] = self.organization.slug
        closed = self._closed()
        if not closed and not self.asks_by_itself:
            note_visit(self.membership, self.now)
        if closed and not self.opens_though_closed():
            people = self.organization.memberships.select_related("role")
            return self._explain(
                closed,
                whom_to_ask=list(people.holding("members.update", self.now)[:NAMED_PEOPLE]),
                more_time=build_notice(self.actor, self.membership, self.now),
            )
        if self.permission and not self.has_permission():
            return self._refuse(self.missing)
        try:
            return super().dispatch(request, *args, **kwargs)
        except PermissionDenied as refusal:
            self._note_unless_an_action_did(refusal)
            return self._explain("organizations/forbidden.html", reason=refusing.reason_of(refusal))

    def form_invalid(self, form: Any) -> HttpResponse:
        self.note_refusals_of(form)
        answer: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return answer

    def note_refusals_of(self, form: BaseForm) -> None:
        """What somebody sent and may not choose, such as a role that the form did not offer them."""
        for errors in form.errors.as_data().values():
            for refusal in refusing.refusals_in(ValidationError(errors)):
                self._note_unless_an_action_did(refusal)

    def opens_though_closed(self) -> bool:
        """Whether the page is also for somebody for whom everything else here is closed."""
        return self.open_to_deactivated

    def has_permission(self) -> bool:
        """Whether the page opens; one that is about a group asks with the group, in the whole organization or there."""
        return bool(holds(self.actor, self.permission))

    @property
    def missing(self) -> str:
        """The permission that a refusal of this page names: one that its person does not hold."""
        return self.permission

    def _closed(self) -> str:
        """The page that says why nothing here opens for this person; '' where that is not so."""
        if not self.membership.is_active_at(self.now):
            return "organizations/access_ended.html"
        if not self.membership.meets_two_factor:
            return "organizations/two_factor_needed.html"
        if self.membership.role is not None and not self.membership.role.signs_in:
            return "organizations/no_browser.html"
        return ""

    @property
    def frame(self) -> Frame:
        return build_frame(self.membership, self.actor, self.section)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {
            "organization": self.organization,
            "membership": self.membership,
            "frame": self.frame,
            "now": self.now,
        }

    def _membership(self, user: User, slug: str) -> Membership:
        return get_object_or_404(Membership.objects.of_user(user), organization__slug=slug)

    def _refuse(self, missing: str) -> HttpResponse:
        """The 403 page that says which permission is missing, why, and whom to ask."""
        refusal = build_refusal(self.membership, missing, self.group, self.now)
        self._note_refusal(missing, f"The permission {missing} {refusal.said}.")
        return self._explain("organizations/forbidden.html", refusal=refusal, group=self.group)

    def _note_unless_an_action_did(self, refusal: PermissionDenied | NotAllowed) -> None:
        if not refusing.is_of_an_action(refusal):
            self._note_refusal(self.page_name, refusing.reason_of(refusal))

    def _note_refusal(self, what: str, reason: str) -> None:
        """It is written down when the request has ended."""
        refusing.note(chain=self.organization.pk, actor=self.actor, what=what, reason=reason)

    def _explain(self, template: str, **context: Any) -> HttpResponse:
        """A 403 page that names the organization, the role and the reason."""
        shared = {
            "organization": self.organization,
            "membership": self.membership,
            "frame": self.frame,
            "page_name": self.page_name,
            "now": self.now,
        }
        return render(self.request, template, shared | context, status=403)
