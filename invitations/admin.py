"""Invitations as staff see them, and the one thing that they do with them."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.staff_pages import Writes, action, staff
from audit.admin import ReadOnlyAdmin
from invitations import admin_records  # noqa: F401 - registers the rest
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation, InviteList, InviteRow, Refusal


@admin.register(Invitation)
class InvitationAdmin(Writes, ReadOnlyAdmin):
    list_display = ("email", "organization", "role", "status", "inviter_label", "sent_at", "expires_at")
    list_filter = ("status",)
    list_select_related = ("organization", "role")
    search_fields = ("email", "inviter_label", "organization__name", "organization__slug", "=id")
    actions_detail = ("withdraw",)

    @action(
        description="Revoke",
        url_path="revoke",
        needs="invitations.change_invitation",
        permissions=["withdraw"],
        dialog={
            "title": "Revoke this invitation?",
            "description": "Its link stops working and the seat that it keeps is free again.",
            "form_submit_text": "Revoke the invitation",
        },
    )
    def withdraw(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        invitation = cast("Invitation", self.get_object(request, object_id))
        outcome = revoke(actor=staff(request), organization=invitation.organization, invitations=[invitation])
        for one in outcome.passed_over:
            messages.warning(request, one.reason)
        if outcome.done:
            messages.success(request, f"The invitation to {invitation} is revoked.")
        return self.back_to(request, object_id)

    def has_withdraw_permission(self, request: HttpRequest, object_id: str) -> bool:
        invitation = self.get_object(request, object_id)
        return invitation is not None and invitation.is_pending_at(timezone.now())


@admin.register(Refusal)
class RefusalAdmin(ReadOnlyAdmin):
    list_display = ("email", "organization", "created_at")
    list_select_related = ("organization",)
    search_fields = ("email", "organization__name", "organization__slug")


@admin.register(InviteList)
class InviteListAdmin(ReadOnlyAdmin):
    list_display = ("organization", "user", "created_at", "role", "days", "job_id")
    list_select_related = ("organization", "user", "role")
    search_fields = ("organization__name", "organization__slug", "user__email", "=id")


@admin.register(InviteRow)
class InviteRowAdmin(ReadOnlyAdmin):
    list_display = ("list", "line", "address", "bucket", "reason")
    list_filter = ("bucket",)
    list_select_related = ("list__organization",)
    search_fields = ("address",)
    show_full_result_count = False
