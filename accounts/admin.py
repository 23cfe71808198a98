"""Accounts as staff see them, with how they sign in."""

from __future__ import annotations

from typing import cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from accounts import admin_mail  # noqa: F401 - registers what staff do with mail
from accounts.actions import set_account_active
from accounts.mending import mend_address, mend_second_factor
from accounts.models import User
from accounts.staff_forms import NewAddressForm
from accounts.staff_pages import Writes, action, staff
from audit.admin import ReadOnlyAdmin

for model in (EmailAddress, Authenticator, UserSession, Group):
    if admin.site.is_registered(model):  # as their packages register them, they could be edited
        admin.site.unregister(model)


@admin.register(User)
class UserAdmin(Writes, ReadOnlyAdmin):
    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name", "=id")
    ordering = ("-date_joined",)
    fieldsets = (
        (None, {"fields": ("email", "name", "job_title", "phone", "time_zone")}),
        ("State", {"fields": ("is_active", "is_staff", "is_superuser", "date_joined", "last_login")}),
    )
    actions_detail: tuple[str, ...] = ("deactivate", "reactivate", "new_address", "take_second_factor")

    @action(
        description="Deactivate the account",
        url_path="deactivate",
        needs="accounts.change_user",
        permissions=["deactivate"],
        dialog={
            "title": "Deactivate this account?",
            "description": "Its person is signed out everywhere and cannot sign in. Memberships stay as they are.",
            "form_submit_text": "Deactivate the account",
        },
    )
    def deactivate(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._set_active(request, object_id, active=False)

    @action(
        description="Reactivate the account",
        url_path="reactivate",
        needs="accounts.change_user",
        permissions=["reactivate"],
        dialog={
            "title": "Reactivate this account?",
            "description": "Its person can sign in again, with the password and second factor they had.",
            "form_submit_text": "Reactivate the account",
        },
    )
    def reactivate(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._set_active(request, object_id, active=True)

    @action(
        description="Change the address",
        url_path="new-address",
        needs="accounts.change_user",
        dialog={
            "title": "Which address is this account's from now on?",
            "description": "Its person is signed out everywhere, and told at both addresses. Be sure who asks for it.",
            "form_class": NewAddressForm,
            "form_submit_text": "Change the address",
        },
    )
    def new_address(self, request: HttpRequest, form: NewAddressForm, object_id: str) -> HttpResponse:
        user = cast("User", self.get_object(request, object_id))
        try:
            changed = mend_address(actor=staff(request), user=user, address=form.cleaned_data["address"])
        except (PermissionDenied, ValidationError) as refusal:
            messages.error(request, refusal.messages[0] if isinstance(refusal, ValidationError) else str(refusal))
        else:
            said = "has another address now, and was told at both." if changed else "has that address already."
            messages.success(request, f"{user} {said}")
        return self.back_to(request, object_id)

    @action(
        description="Take the second factor away",
        url_path="second-factor",
        needs="accounts.change_user",
        permissions=["take_second_factor"],
        dialog={
            "title": "Take the second factor of this account away?",
            "description": "Authenticator app, passkeys and recovery codes go. Its person is signed out and told.",
            "form_submit_text": "Take it away",
        },
    )
    def take_second_factor(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        user = cast("User", self.get_object(request, object_id))
        try:
            taken = mend_second_factor(actor=staff(request), user=user)
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{user} has no second factor {'any more' if taken else 'to take away'}.")
        return self.back_to(request, object_id)

    def has_take_second_factor_permission(self, request: HttpRequest, object_id: str) -> bool:
        return bool(Authenticator.objects.filter(user=self.get_object(request, object_id)).exists())

    def has_deactivate_permission(self, request: HttpRequest, object_id: str) -> bool:
        user = self.get_object(request, object_id)
        return user is not None and user.is_active

    def has_reactivate_permission(self, request: HttpRequest, object_id: str) -> bool:
        user = self.get_object(request, object_id)
        return user is not None and not user.is_active

    def _set_active(self, request: HttpRequest, object_id: str, *, active: bool) -> HttpResponse:
        user = cast("User", self.get_object(request, object_id))
        try:
            set_account_active(actor=staff(request), user=user, active=active)
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{user} is {'active again' if active else 'deactivated'}.")
        return self.back_to(request, object_id)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified",)
    list_select_related = ("user",)
    search_fields = ("email", "user__name", "=user__id")


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    fields = ("user", "type", "created_at", "last_used_at")  # never its secret


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "ip", "created_at", "last_seen_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "ip")
    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")  # never its key


@admin.register(Group)
class StaffGroupAdmin(ReadOnlyAdmin):
    list_display = ("name",)
    search_fields = ("name",)
