"""Organizations as staff see them: seats, approval for production, and who owns one."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from accounts.staff_pages import Writes, action, staff
from audit.admin import ReadOnlyAdmin
from organizations import admin_accounts, admin_records  # noqa: F401 - register the rest
from organizations.actions.domains import prove_domain
from organizations.actions.ownership import appoint_owner
from organizations.actions.plans import set_plan
from organizations.actions.settings import approve_for_production
from organizations.forms.staff import AppointForm, DomainForm, PlanForm
from organizations.models import Group, GroupPlace, Membership, Organization, OwnershipTransfer, Role


def _number(limit: int | None, one: str, many: str) -> str:
    return f"any number of {many}" if limit is None else f"{limit:,} {one if limit == 1 else many}"


@admin.register(Organization)
class OrganizationAdmin(Writes, ReadOnlyAdmin):
    list_display = ("name", "slug", "scheme", "active_members", "reserved_seats", "seat_limit", "created_at")
    list_filter = ("scheme",)
    search_fields = ("name", "slug", "=id")
    fields = (
        "name",
        "slug",
        "scheme",
        "created_at",
        "plan",
        "seat_limit",
        "trial_cap",
        "addresses_invited",
        "trusted",
        "allowed_domains",
        "active_members",
        "deactivated_members",
        "reserved_seats",
        "two_factor_required",
        "production_approved_at",
    )
    actions_detail = ("change_plan", "approve", "withdraw_approval", "prove")

    @action(
        description="Set plan",
        url_path="plan",
        needs="organizations.change_organization",
        dialog={
            "title": "What does its plan allow?",
            "description": "A number below what is taken stops nobody who is there; nobody new can come.",
            "form_class": PlanForm,
            "form_submit_text": "Set the plan",
        },
    )
    def change_plan(self, request: HttpRequest, form: PlanForm, object_id: str) -> HttpResponse:
        organization = cast("Organization", self.get_object(request, object_id))
        wanted = {name: form.cleaned_data[name] for name in ("plan", "seats", "trial_cap", "trusted")}
        set_plan(actor=staff(request), organization=organization, **wanted)
        seats = _number(wanted["seats"], "seat", "seats")
        addresses = _number(wanted["trial_cap"], "address", "addresses")
        said = f"{organization} has {seats} now, and may invite {addresses} in all."
        messages.success(request, said)
        return self.back_to(request, object_id)

    @action(
        description="Approve for production",
        url_path="approve",
        needs="organizations.change_organization",
        permissions=["approve"],
        dialog={
            "title": "Approve this organization for production?",
            "description": "What its role scheme holds back until then counts from the next request of its people.",
            "form_submit_text": "Approve for production",
        },
    )
    def approve(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._approve(request, object_id, approved=True)

    @action(
        description="Withdraw approval",
        url_path="withdraw-approval",
        needs="organizations.change_organization",
        permissions=["withdraw_approval"],
        dialog={
            "title": "Withdraw the approval for production?",
            "description": "What its role scheme holds back stops at once, for its owners too.",
            "form_submit_text": "Withdraw approval",
        },
    )
    def withdraw_approval(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._approve(request, object_id, approved=False)

    @action(
        description="Prove a domain",
        url_path="domain",
        needs="organizations.change_organization",
        dialog={
            "title": "Which email domain is this organization's own?",
            "description": "Whoever runs its team may then mend addresses and second factors of accounts there.",
            "form_class": DomainForm,
            "form_submit_text": "Prove the domain",
        },
    )
    def prove(self, request: HttpRequest, form: DomainForm, object_id: str) -> HttpResponse:
        organization = cast("Organization", self.get_object(request, object_id))
        try:
            domain = prove_domain(actor=staff(request), organization=organization, name=form.cleaned_data["domain"])
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, f"{domain} is proven to be a domain of {organization}.")
        return self.back_to(request, object_id)

    def has_approve_permission(self, request: HttpRequest, object_id: str) -> bool:
        found = cast("Organization | None", self.get_object(request, object_id))
        return found is not None and found.production_approved_at is None and bool(found.rules.production)

    def has_withdraw_approval_permission(self, request: HttpRequest, object_id: str) -> bool:
        found = cast("Organization | None", self.get_object(request, object_id))
        return found is not None and found.production_approved_at is not None

    def _approve(self, request: HttpRequest, object_id: str, *, approved: bool) -> HttpResponse:
        organization = cast("Organization", self.get_object(request, object_id))
        approve_for_production(actor=staff(request), organization=organization, approved=approved)
        messages.success(request, f"{organization} is {'' if approved else 'no longer '}approved for production.")
        return self.back_to(request, object_id)


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
class MembershipAdmin(Writes, ReadOnlyAdmin):
    list_display = ("label", "email", "organization", "role", "status", "joined_at", "ends_at")
    list_filter = ("status", "source")
    list_select_related = ("organization", "role")
    search_fields = ("name", "email", "organization__name", "organization__slug", "=id")
    actions_detail = ("appoint",)

    @action(
        description="Appoint as owner",
        url_path="appoint",
        needs="organizations.change_membership",
        permissions=["appoint"],
        dialog={
            "title": "Appoint this person as owner?",
            "form_class": AppointForm,
            "form_submit_text": "Appoint as owner",
        },
    )
    def appoint(self, request: HttpRequest, form: AppointForm, object_id: str) -> HttpResponse:
        membership = cast("Membership", self.get_object(request, object_id))
        try:
            appoint_owner(actor=staff(request), membership=membership)
        except (PermissionDenied, ValidationError) as refusal:
            messages.error(request, refusal.messages[0] if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, f"{membership} owns {membership.organization} now.")
        return self.back_to(request, object_id)

    def has_appoint_permission(self, request: HttpRequest, object_id: str) -> bool:
        membership = cast("Membership | None", self.get_object(request, object_id))
        return membership is not None and not membership.owns
