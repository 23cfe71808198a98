"""What else is kept about an organization, as staff see it: its domains, counts, filters and requests for time."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from accounts.staff_pages import Writes, action, staff
from audit.admin import ReadOnlyAdmin
from organizations.actions.domains import unprove_domain
from organizations.models import Domain, Extension, Headcount, MembershipText, SavedFilter


@admin.register(Domain)
class DomainAdmin(Writes, ReadOnlyAdmin):
    list_display = ("name", "organization", "proven_at", "proven_by", "answer", "asked_at")
    list_filter = ("proven_by", "answer")
    list_select_related = ("organization",)
    search_fields = ("name", "organization__name", "organization__slug")
    fields = ("name", "organization", "proven_at", "proven_by", "answer", "asked_at", "due_at", "created_at")
    actions_detail = ("unprove",)

    @action(
        description="Withdraw the proof",
        url_path="unprove",
        needs="organizations.change_domain",
        permissions=["unprove"],
        dialog={
            "title": "Withdraw the proof of this domain?",
            "description": "Whoever runs the team can no longer mend addresses and second factors of accounts there.",
            "form_submit_text": "Withdraw the proof",
        },
    )
    def unprove(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        domain = cast("Domain", self.get_object(request, object_id))
        unprove_domain(actor=staff(request), domain=domain)
        messages.success(request, f"{domain} is no longer proven to be a domain of {domain.organization}.")
        return self.back_to(request, object_id)

    def has_unprove_permission(self, request: HttpRequest, object_id: str) -> bool:
        domain = cast("Domain | None", self.get_object(request, object_id))
        return domain is not None and domain.proven_at is not None


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    list_display = ("membership", "organization", "status", "asked_at", "answered_at", "answerer_label")
    list_filter = ("status",)
    list_select_related = ("membership", "organization")
    search_fields = ("membership__name", "membership__email", "organization__name", "organization__slug")


@admin.register(SavedFilter)
class SavedFilterAdmin(ReadOnlyAdmin):
    list_display = ("name", "membership")
    list_select_related = ("membership",)
    search_fields = ("name", "membership__name", "membership__email")


@admin.register(Headcount)
class HeadcountAdmin(ReadOnlyAdmin):
    list_display = ("organization", "role", "active", "deactivated", "invited")
    list_select_related = ("organization", "role")
    search_fields = ("organization__name", "organization__slug", "role__label")


@admin.register(MembershipText)
class MembershipTextAdmin(ReadOnlyAdmin):
    list_display = ("membership", "organization")
    list_select_related = ("membership", "organization")
    search_fields = ("membership__email", "organization__name", "organization__slug")
