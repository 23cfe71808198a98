"""Ways in, links and requests to join as staff see them, and taking back what is abused."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.staff_pages import Writes, action, staff
from audit.admin import ReadOnlyAdmin
from invitations.actions.join_links import revoke_link
from invitations.actions.ways import close_way
from invitations.models import JoinLink, JoinRequest, WayIn, WayKind
from invitations.policies import link_is_open


@admin.register(WayIn)
class WayInAdmin(Writes, ReadOnlyAdmin):
    list_display = ("organization", "kind", "at_once", "role", "opener_label", "opened_at")
    list_filter = ("kind",)
    list_select_related = ("organization", "role")
    search_fields = ("organization__name", "organization__slug", "opener_label", "=id")
    actions_detail = ("switch_off",)

    @action(
        description="Switch off",
        url_path="switch-off",
        needs="invitations.change_wayin",
        permissions=["switch_off"],
        dialog={
            "title": "Switch this way to join off?",
            "description": "Nobody comes in by it any more. Its people can switch it on again.",
            "form_submit_text": "Switch it off",
        },
    )
    def switch_off(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        way = cast("WayIn", self.get_object(request, object_id))
        close_way(actor=staff(request), organization=way.organization, kind=WayKind(way.kind))
        messages.success(request, f"Joining {way.organization} by {way} is switched off.")
        page = reverse("admin:invitations_wayin_changelist")  # the row is gone
        return HttpResponseClientRedirect(page) if request.headers.get("HX-Request") else redirect(page)

    def has_switch_off_permission(self, request: HttpRequest, object_id: str) -> bool:
        return self.get_object(request, object_id) is not None


@admin.register(JoinLink)
class JoinLinkAdmin(Writes, ReadOnlyAdmin):
    list_display = ("organization", "role", "used", "max_uses", "opener_label", "ends_at", "revoked_at")
    list_select_related = ("organization", "role")
    search_fields = ("organization__name", "organization__slug", "opener_label", "=id")
    actions_detail = ("revoke",)

    @action(
        description="Revoke",
        url_path="revoke",
        needs="invitations.change_joinlink",
        permissions=["revoke"],
        dialog={
            "title": "Revoke this link?",
            "description": "Nobody joins with it any more. Whoever has joined with it stays.",
            "form_submit_text": "Revoke the link",
        },
    )
    def revoke(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        link = cast("JoinLink", self.get_object(request, object_id))
        revoke_link(actor=staff(request), link=link)
        messages.success(request, f"The link to join {link.organization} is revoked.")
        return self.back_to(request, object_id)

    def has_revoke_permission(self, request: HttpRequest, object_id: str) -> bool:
        link = cast("JoinLink | None", self.get_object(request, object_id))
        return link is not None and bool(link_is_open(link, timezone.now()))


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnlyAdmin):
    list_display = ("user", "organization", "via", "status", "asked_at", "answered_at", "answerer_label")
    list_filter = ("status", "via")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__name", "organization__name", "organization__slug", "=id")
