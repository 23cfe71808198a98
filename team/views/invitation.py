"""One invitation, and what can be done about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from invitations.models import Invitation, InvitationStatus
from invitations.policies import may_correct
from invitations.views.one import OneInvitationMixin
from mail.models import Mail
from mail.outbox import latest
from organizations.policies import holds
from team.access.subjects import sees_group
from team.event_pages import page_of
from team.invitation_items import items_of_offer
from team.log.finding import Sought
from team.person_items import Item, once

MAILS = 20
_JOINED = "member.joined"


class InvitationMenuView(OneInvitationMixin, TemplateView):
    """The menu of a row, loaded when it is opened."""

    permission = "invitations.read"
    page_name = "what can be done about an invitation"
    template_name = "team/menu_items.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        slug, invitation = self.organization.slug, self.invitation
        page = Item("Open", "mail", reverse("team:invitation", args=[slug, invitation.pk]))
        items = [page, *items_of_offer(self.actor, invitation, self.now, back=self._left())]
        return super().get_context_data(items=once(items), **kwargs)

    def _left(self) -> str:
        """The page of this organization in which the menu was opened, as htmx says; '' where it was none."""
        try:
            parts = urlsplit(self.request.headers.get("HX-Current-URL", "")[:2_000])
        except ValueError:  # no address at all
            return ""
        if not parts.path.startswith(f"/o/{self.organization.slug}/"):
            return ""
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


class InvitationView(OneInvitationMixin, TemplateView):
    """What is offered to whom, what became of its mails, and everything that happened to it."""

    permission = "invitations.read"
    page_name = "this invitation"
    template_name = "team/invitation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invitation = self.invitation
        here = reverse("team:invitation", args=[self.organization.slug, invitation.pk])
        reads_log = holds(self.actor, "audit_log.read")
        untold = () if reads_log or holds(self.actor, "groups.read") else ("groups",)
        context = {
            "invitation": invitation,
            "state": invitation.status_at(self.now),
            "items": once(items_of_offer(self.actor, invitation, self.now, back=here)),
            "mails": self._mails(invitation),
            "correct_url": self._correct_url(here),
            "groups": self._groups(invitation),
            "page": page_of(self._sought(invitation), self.request.GET, untold=untold),
            "zone": timezone.get_current_timezone_name(),
            "shows_origin": reads_log,
            "log": reverse("team:audit", args=[self.organization.slug]) if reads_log else "",
        }
        return super().get_context_data(**kwargs | context)

    def _correct_url(self, here: str) -> str:
        """Where the address is put right, for whoever may; '' for others."""
        if not holds(self.actor, "invitations.update") or not may_correct(self.actor, self.invitation, self.now):
            return ""
        path = reverse("invitations:correct", args=[self.organization.slug, self.invitation.pk])
        return f"{path}?{urlencode({'next': here})}"

    def _mails(self, invitation: Invitation) -> list[Mail]:
        """Those that carried its links, the newest first."""
        versions = range(invitation.version, max(0, invitation.version - MAILS), -1)
        keys = [f"invitation:{invitation.pk}:{version}" for version in versions]
        found = latest(keys)
        return [found[key] for key in keys if key in found]

    def _groups(self, invitation: Invitation) -> list[str]:
        """Their names, as far as the reader may know of them."""
        if not invitation.group_ids:
            return []
        groups = self.organization.groups.filter(pk__in=invitation.group_ids).by_name()
        return [group.name for group in groups if sees_group(self.actor, group)]

    def _sought(self, invitation: Invitation) -> Sought:
        """Its own, and that somebody joined with it."""
        about = [Q(target_id=invitation.pk)]
        if invitation.status == InvitationStatus.ACCEPTED and invitation.answered_at:
            # By the moment alone where the account that accepted is gone by now.
            person = {"target_id": invitation.accepted_by_id} if invitation.accepted_by_id else {}
            about.append(Q(action=_JOINED, at=invitation.answered_at, **person))
        return Sought(self.organization.pk, (tuple(about),))
