"""What staff see of the outbox: everything. What they do with a failed mail stands in `accounts`, which knows staff."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from mail.models import Mail, Pace, State


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

    @display(
        description="State",
        ordering="state",
        label={State.SENT.label: "success", State.FAILED.label: "danger", State.SENDING.label: "info"},
    )
    def shown_state(self, mail: Mail) -> str:
        return mail.get_state_display()


@admin.register(Pace)
class PaceAdmin(_OnlyLookedAt):
    list_display = ("id", "free_from")
    search_fields = ("free_from",)
