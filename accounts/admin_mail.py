"""The one thing that staff do with a mail of the outbox."""

from __future__ import annotations

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.staff_pages import Writes, action, staff
from mail.admin import MailAdmin as OutboxAdmin
from mail.models import Mail, State
from mail.outbox import try_again

admin.site.unregister(Mail)  # as the outbox registers it, which knows nobody who could do something


@admin.register(Mail)
class MailAdmin(Writes, OutboxAdmin):
    actions_detail = ("send_again",)

    @action(
        description="Send again",
        url_path="send-again",
        needs="mail.change_mail",
        permissions=["send_again"],
        dialog={
            "title": "Send this mail again?",
            "description": "It goes to the same person once more, written as things stand now.",
            "form_submit_text": "Send again",
        },
    )
    def send_again(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        mail = self.get_object(request, object_id)
        if mail and try_again(mail, by=staff(request)):
            messages.success(request, f"{mail} is on its way again.")
        else:
            messages.warning(request, "Nothing was sent again: this mail has not failed.")
        page = reverse("admin:mail_mail_change", args=[object_id])
        return HttpResponseClientRedirect(page) if request.headers.get("HX-Request") else redirect(page)

    def has_send_again_permission(self, request: HttpRequest, object_id: str) -> bool:
        mail = self.get_object(request, object_id)
        return mail is not None and mail.state == State.FAILED
