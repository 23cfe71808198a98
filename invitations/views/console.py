"""What becomes of the invitations that are out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import ListView, TemplateView

from invitations import policies
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation, InvitationStatus
from invitations.querysets import InvitationQuerySet
from invitations.views.onward import onward
from mail.outbox import latest
from organizations.actions.outcome import Outcome
from organizations.models import Organization
from organizations.policies import Decision, holds
from organizations.views.base import OrganizationMixin

ROWS = 30  # with their menus, 60 kB
_WHEN_LISTED = {
    InvitationStatus.PENDING: "Invitations stand here until they are answered or end.",
    InvitationStatus.ACCEPTED: "Invitations stand here once somebody has joined with them.",
    InvitationStatus.DECLINED: "Invitations stand here once somebody has turned them down.",
    InvitationStatus.REVOKED: "Invitations stand here once somebody in the organization has withdrawn them.",
    InvitationStatus.EXPIRED: "Invitations stand here once their time is over and nobody has answered.",
}


class ListInvitationsView(OrganizationMixin, ListView[Invitation]):
    """The invitations of one status, newest first, each with what became of its mail."""

    permission = "invitations.read"
    section = "invitations:list"
    page_name = "the invitations"
    template_name = "invitations/invitation_list.html"
    context_object_name = "invitations"

    def get_queryset(self) -> InvitationQuerySet:
        asked = self.request.GET.get("status", "")
        self.status = InvitationStatus(asked) if asked in InvitationStatus.values else InvitationStatus.PENDING
        rows = self.organization.invitations.with_status(self.status, self.now).select_related("role").newest_first()
        self.place = _place(self.request.GET.get("before", ""))
        return (rows.before(self.place) if self.place else rows)[: ROWS + 1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = list(context["invitations"])
        rows = found[:ROWS]
        mails = latest([row.mail_key for row in rows]) if self.status is InvitationStatus.PENDING else {}
        return context | {
            "rows": [(row, row.status_at(self.now), mails.get(row.mail_key)) for row in rows],
            "status": self.status,
            "statuses": InvitationStatus,
            "nothing": f"No {self.status.label.lower()} invitations",
            "nothing_yet": _WHEN_LISTED[self.status],
            "said": f"{len(rows)} shown",
            "next_url": f"?status={self.status}&before={rows[-1].pk.hex}" if len(found) > ROWS else "",
            "previous_url": f"?status={self.status}" if self.place else "",
            "may_invite": (may_invite := holds(self.actor, "invitations.create")),
            "requests": self.organization.join_requests.pending().count() if may_invite else 0,
            "may_resend": holds(self.actor, "invitations.update"),
            "may_revoke": holds(self.actor, "invitations.delete"),
        }


class ChangeInvitationView(OrganizationMixin, TemplateView):
    """Asks once more, then does one thing with one invitation."""

    section = "invitations:list"
    change: ClassVar[Callable[..., Outcome[Invitation]]]
    policy: ClassVar[Callable[..., Decision]]
    question: ClassVar[Callable[..., dict[str, Any]]]
    said: ClassVar[str]

    @property
    def invitation(self) -> Invitation:
        rows = self.organization.invitations.select_related("role")
        found: Invitation = get_object_or_404(rows, pk=self._id())
        found.organization = self.organization
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invitation = self.invitation
        decision = type(self).policy(self.actor, invitation, self.now)
        return super().get_context_data(
            refused=decision.reason,
            action=self.request.path,
            cancel_url=reverse("invitations:list", args=[self.organization.slug]),
            **type(self).question(self.organization, invitation),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        outcome = type(self).change(actor=self.actor, organization=self.organization, invitations=[self.invitation])
        for invitation in outcome.done:
            messages.success(request, format_html(self.said, invitation.email))
        for one in outcome.passed_over:
            messages.warning(request, one.reason)
        return onward(self)

    def _id(self) -> UUID:
        found: UUID = self.kwargs["invitation"]
        return found


def _ask_to_resend(organization: Organization, invitation: Invitation) -> dict[str, Any]:
    return {
        "title": f"Send the invitation to {invitation.email} again?",
        "text": f"A new mail with a new link to join {organization} goes out at once.",
        "consequences": [
            {"icon": "link-off", "text": "The older link stops working and says that a newer one was sent."},
            {"icon": "clock", "text": "The offer is open for as long again as it was at first."},
        ],
        "verb": "Send again",
        "button": "btn-primary",
    }


def _ask_to_revoke(organization: Organization, invitation: Invitation) -> dict[str, Any]:
    return {
        "title": f"Revoke the invitation to {invitation.email}?",
        "text": f"They can no longer join {organization} with the link that was mailed to them.",
        "consequences": [
            {"icon": "armchair", "text": "The seat that it keeps is free again."},
            {"icon": "mail", "text": "They get no mail about this; the link says that it was withdrawn."},
            {"icon": "user-plus", "text": "You can invite them again at any time."},
        ],
        "verb": "Revoke the invitation",
    }


class ResendView(ChangeInvitationView):
    permission = "invitations.update"
    page_name = "the page that sends an invitation again"
    template_name = "invitations/invitation_resend.html"
    change = staticmethod(resend)
    policy = staticmethod(policies.may_resend)
    question = staticmethod(_ask_to_resend)
    said = "A new link is on its way to <b>{}</b>. The older one no longer works."


class RevokeView(ChangeInvitationView):
    permission = "invitations.delete"
    page_name = "the page that revokes an invitation"
    template_name = "invitations/invitation_revoke.html"
    change = staticmethod(revoke)
    policy = staticmethod(policies.may_revoke)
    question = staticmethod(_ask_to_revoke)
    said = "The invitation to <b>{}</b> is withdrawn and its link no longer works."


def _place(text: str) -> UUID | None:
    """A place in the list, from the URL; one that is none is the beginning."""
    try:
        return UUID(hex=text)
    except ValueError:
        return None
