"""Organizations as staff see them, and the seats that they set."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from accounts.admin import staff
from audit.admin import ReadOnlyAdmin
from organizations.actions.organizations import set_seats
from organizations.forms.staff import SeatsForm
from organizations.models import Group, GroupPlace, Membership, Organization, OwnershipTransfer, Role


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "scheme", "active_members", "reserved_seats", "seat_limit", "created_at")
    list_filter = ("scheme",)
    search_fields = ("name", "slug", "=id")
    fields = (
        "name",
        "slug",
        "scheme",
        "created_at",
        "seat_limit",
        "active_members",
        "deactivated_members",
        "reserved_seats",
    )
    actions_detail = ("change_seats",)

    @action(
        description="Set seats",
        url_path="seats",
        permissions=["change_seats"],
        dialog={
            "title": "How many seats does it have?",
            "description": "A number below what is taken stops nobody who is there; nobody new can come.",
            "form_class": SeatsForm,
            "form_submit_text": "Set seats",
        },
    )
    def change_seats(self, request: HttpRequest, form: SeatsForm, object_id: str) -> HttpResponse:
        organization = cast("Organization", self.get_object(request, object_id))
        seats = form.cleaned_data["seats"]
        set_seats(actor=staff(request), organization=organization, seats=seats)
        messages.success(request, f"{organization} has {'no limit of' if seats is None else seats} seats now.")
        return self.back_to(request, object_id)

    def has_change_seats_permission(self, request: HttpRequest, object_id: str) -> bool:
        return request.user.has_perm("organizations.change_organization")


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    list_display = ("label", "scheme", "organization", "rank", "elevated", "owns")
    list_filter = ("scheme", "elevated")
    list_select_related = ("organization",)
    search_fields = ("label", "key", "organization__name", "organization__slug")


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    list_display = ("name", "organization", "created_at")
    list_select_related = ("organization",)
    search_fields = ("name", "organization__name", "organization__slug", "=id")


@admin.register(GroupPlace)
class GroupPlaceAdmin(ReadOnlyAdmin):
    list_display = ("membership", "group", "curates", "since")
    list_filter = ("curates",)
    list_select_related = ("membership", "group")
    search_fields = ("membership__name", "membership__email", "group__name")


@admin.register(OwnershipTransfer)
class OwnershipTransferAdmin(ReadOnlyAdmin):
    list_display = ("organization", "from_label", "to_label", "status", "created_at", "expires_at", "answered_at")
    list_filter = ("status",)
    list_select_related = ("organization",)
    search_fields = ("organization__name", "organization__slug", "from_label", "to_label")


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("label", "email", "organization", "role", "status", "joined_at", "ends_at")
    list_filter = ("status", "source")
    list_select_related = ("organization", "role")
    search_fields = ("name", "email", "organization__name", "organization__slug", "=id")
