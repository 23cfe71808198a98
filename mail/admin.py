"""What staff see of the outbox: everything, and one thing to do about a mail that failed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from mail.models import Mail, Pace, State
from mail.outbox import try_again

SENDING_AGAIN = {
    "title": "Send this mail again?",
    "description": "It goes to the same person once more, written as things stand now.",
    "form_submit_text": "Send again",
}


class _OnlyLookedAt(ModelAdmin):
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        # Django lets any column be asked for: what no page shows, such as a session's key, could be guessed bit by bit.
        offered = lookup.removesuffix("__exact") in self.list_filter and "\x00" not in str(value)
        return offered and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Mail)
class MailAdmin(_OnlyLookedAt):
    list_display = ("key", "kind", "shown_state", "attempts", "reason", "created_at", "sent_at")
    list_filter = ("state", "kind")
    search_fields = ("key", "kind", "state", "message_id")
    actions_detail = ("send_again",)

    @display(
        description="State",
        ordering="state",
        label={State.SENT.label: "success", State.FAILED.label: "danger", State.SENDING.label: "info"},
    )
    def shown_state(self, mail: Mail) -> str:
        return mail.get_state_display()

    @action(description="Send again", url_path="send-again", permissions=["send_again"], dialog=SENDING_AGAIN)
    def send_again(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        mail = self.get_object(request, object_id)
        if mail and try_again(mail):
            messages.success(request, f"{mail} is on its way again.")
        else:
            messages.warning(request, "Nothing was sent again: this mail has not failed.")
        page = reverse("admin:mail_mail_change", args=[object_id])
        return HttpResponseClientRedirect(page) if request.headers.get("HX-Request") else redirect(page)

    def has_send_again_permission(self, request: HttpRequest, object_id: str) -> bool:
        mail = self.get_object(request, object_id)
        return mail is not None and mail.state == State.FAILED and request.user.has_perm("mail.change_mail")


@admin.register(Pace)
class PaceAdmin(_OnlyLookedAt):
    list_display = ("id", "free_from")
    search_fields = ("free_from",)
