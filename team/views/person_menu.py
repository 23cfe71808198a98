"""The menus of the rows of the members table, loaded when they are opened."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from invitations.models import Invitation
from invitations.policies import may_resend, may_revoke, still_open
from organizations.models import Organization
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from team.person_items import About, Item, items_of_row, once
from team.views.person_base import AnyPersonMixin


class PersonMenuView(AnyPersonMixin, TemplateView):
    page_name = "what can be done about a person"
    template_name = "team/menu_items.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = About(
            self.actor,
            self.person,
            self.now,
            self.other_owners,
            list(self.person.group_places.select_related("group")),
            table=table_left(self.request, self.organization),
        )
        return super().get_context_data(items=once(items_of_row(about)), **kwargs)


class InvitationMenuView(OrganizationMixin, TemplateView):
    permission = "invitations.read"
    section = "invitations:list"
    page_name = "what can be done about an invitation"
    template_name = "team/menu_items.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.organization.invitations.select_related("role")
        invitation = get_object_or_404(rows, pk=self.kwargs["invitation"])
        invitation.organization = self.organization
        return super().get_context_data(items=once(self._items(invitation)), **kwargs)

    def _items(self, invitation: Invitation) -> list[Item]:
        found = []
        pages = {
            name: reverse(f"invitations:{name}", args=[self.organization.slug, invitation.pk])
            for name in ("resend", "change_role", "revoke")
        }
        if holds(self.actor, "invitations.update"):
            again = may_resend(self.actor, invitation, self.now)
            found.append(Item("Send again", "mail-forward", pages["resend"], again.reason, dialog=True))
            ended = still_open(invitation, self.now).reason
            found.append(Item("Another role", "shield-lock", pages["change_role"], ended))
        if holds(self.actor, "invitations.delete"):
            revoke = may_revoke(self.actor, invitation, self.now)
            found.append(
                Item("Revoke", "mail-x", pages["revoke"], revoke.reason, dialog=True, danger=True, apart=bool(found))
            )
        return found or [Item("Open invitations", "mail", reverse("invitations:list", args=[self.organization.slug]))]


def table_left(request: HttpRequest, organization: Organization) -> str:
    """The page of the members table in which the menu was opened, as htmx says; '' where it was another page."""
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL", "")[:2_000])
    except ValueError:  # no address at all
        return ""
    table = reverse("team:members", args=[organization.slug])
    if parts.path != table or not parts.query:
        return ""
    return f"{table}?{parts.query}"
