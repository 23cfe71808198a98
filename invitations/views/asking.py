"""Asking once more, then doing one thing with one invitation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.generic import TemplateView

from invitations import policies
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from invitations.views.one import OneInvitationMixin
from invitations.views.onward import onward, page_after
from organizations.actions.outcome import Outcome
from organizations.models import Organization
from organizations.policies import Decision


class ChangeInvitationView(OneInvitationMixin, TemplateView):
    """Asks once more, then does one thing with one invitation."""

    change: ClassVar[Callable[..., Outcome[Invitation]]]
    policy: ClassVar[Callable[..., Decision]]
    question: ClassVar[Callable[..., dict[str, Any]]]
    said: ClassVar[str]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invitation = self.invitation
        decision = type(self).policy(self.actor, invitation, self.now)
        return super().get_context_data(
            refused=decision.reason,
            action=self.action,
            cancel_url=page_after(self),
            **type(self).question(self.organization, invitation),
            **kwargs,
        )

    @property
    def action(self) -> str:
        """Where the button leads."""
        return self.request.get_full_path()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            outcome = type(self).change(actor=self.actor, organization=self.organization, invitations=[self.invitation])
        except ValidationError as refusal:  # too many for now
            messages.warning(request, " ".join(refusal.messages))
            return onward(self)
        for invitation in outcome.done:
            messages.success(request, format_html(self.said, invitation.email))
        for one in outcome.passed_over:
            messages.warning(request, one.reason)
        return onward(self)


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

    @property
    def action(self) -> str:
        """With the version that is shown: whoever presses twice sends once."""
        asked = self.request.GET.copy()
        asked["version"] = str(self.invitation.version)
        return f"{self.request.path}?{asked.urlencode()}"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = request.GET.get("version", "")
        if shown.isascii() and shown.isdigit() and len(shown) < 10:
            self.invitation.version = int(shown)
        return super().post(request, *args, **kwargs)

    said = "A new link is on its way to <b>{}</b>. The older one no longer works."


class RevokeView(ChangeInvitationView):
    permission = "invitations.delete"
    page_name = "the page that revokes an invitation"
    template_name = "invitations/invitation_revoke.html"
    change = staticmethod(revoke)
    policy = staticmethod(policies.may_revoke)
    question = staticmethod(_ask_to_revoke)
    said = "The invitation to <b>{}</b> is withdrawn and its link no longer works."
