"""Deleting accounts, and forgetting who somebody was: on the staff pages of accounts and of events."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from unfold.enums import ActionVariant

from accounts.admin import UserAdmin as AccountAdmin
from accounts.models import User
from accounts.staff_pages import Writes, action, staff
from audit.admin import EventAdmin as LogAdmin
from audit.models import Event
from organizations.actions.accounts import delete_account, forget_person
from organizations.forms.staff_accounts import DeleteAccountDialog, ForgetDialog, people_of

for model in (User, Event):  # as the apps below register them, who know no organizations
    admin.site.unregister(model)


@admin.register(User)
class UserAdmin(AccountAdmin):
    actions_detail: tuple[str, ...] = (*AccountAdmin.actions_detail, "delete_account")

    @action(
        description="Delete the account",
        url_path="delete-account",
        needs="accounts.delete_user",
        permissions=["delete_account"],
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Delete this account for good?",
            "form_class": DeleteAccountDialog,
            "form_submit_text": "Delete the account",
        },
    )
    def delete_account(self, request: HttpRequest, form: DeleteAccountDialog, object_id: str) -> HttpResponse:
        user = cast("User", self.get_object(request, object_id))
        forget, reason = form.cleaned_data["forget"], form.cleaned_data["reason"]
        try:
            delete_account(actor=staff(request), user=user, forget=forget, reason=reason)
        except (PermissionDenied, ValidationError) as refusal:
            messages.error(request, refusal.messages[0] if isinstance(refusal, ValidationError) else str(refusal))
            return self.back_to(request, object_id)
        said = "The account is deleted, and no log tells any more who it was." if forget else f"{user} is deleted."
        messages.success(request, said)
        page = reverse("admin:accounts_user_changelist")
        return HttpResponseClientRedirect(page) if request.headers.get("HX-Request") else redirect(page)

    def has_delete_account_permission(self, request: HttpRequest, object_id: str) -> bool:
        user = self.get_object(request, object_id)
        return user is not None and not user.is_active


@admin.register(Event)
class EventAdmin(Writes, LogAdmin):
    actions_detail = ("forget",)

    @action(
        description="Erase from the audit logs",
        url_path="forget",
        needs="accounts.delete_user",
        permissions=["forget"],
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Erase from every audit log who somebody was?",
            "description": "Name, addresses and devices go from each event of theirs, in all organizations. What was "
            "done stays, and each log says that somebody was erased, and why. This cannot be undone.",
            "form_class": ForgetDialog,
            "form_submit_text": "Erase",
        },
    )
    def forget(self, request: HttpRequest, form: ForgetDialog, object_id: str) -> HttpResponse:
        person, reason = UUID(form.cleaned_data["person"]), form.cleaned_data["reason"]
        try:
            logs = forget_person(actor=staff(request), person=person, reason=reason)
        except (PermissionDenied, ValidationError) as refusal:
            messages.error(request, refusal.messages[0] if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, f"{logs} {'log tells' if logs == 1 else 'logs tell'} no more who it was.")
        return self.back_to(request, object_id)

    def has_forget_permission(self, request: HttpRequest, object_id: str) -> bool:
        return bool(people_of(object_id))
