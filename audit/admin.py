"""What staff see: everything, found by search, and changed by nobody but through actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from unfold.admin import ModelAdmin

from audit.models import Chain, Event, Purge, Refused, Seal


class ReadOnlyAdmin(ModelAdmin):
    """Rows to look at. A write is a page of its own that calls an action; the admin itself saves nothing."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        # Django lets any column be asked for: what no page shows, such as a session's key, could be guessed bit by bit.
        offered = lookup.removesuffix("__exact") in self.list_filter and "\x00" not in str(value)
        return offered and super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, search_term.replace("\x00", ""))

    def back_to(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The row's page, after one of its writes."""
        options = self.model._meta
        page = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[object_id])
        return HttpResponseClientRedirect(page) if request.headers.get("HX-Request") else redirect(page)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "action", "actor_label", "target_label", "type", "address", "number")
    list_filter = ("type", "entity")
    search_fields = ("actor_label", "target_label", "action", "=chain_id", "=target_id", "=actor_id", "=request_id")
    ordering = ("-id",)


@admin.register(Chain)
class ChainAdmin(ReadOnlyAdmin):
    list_display = ("id", "length", "verified_at", "finding")
    search_fields = ("=id",)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ("at", "chain_id", "number", "removed", "key")
    list_filter = ("removed",)
    search_fields = ("=chain_id",)


@admin.register(Purge)
class PurgeAdmin(ReadOnlyAdmin):
    list_display = ("at", "chain_id", "last", "subject", "is_open")
    list_filter = ("is_open",)
    search_fields = ("=chain_id", "=subject")


@admin.register(Refused)
class RefusedAdmin(ReadOnlyAdmin):
    list_display = ("last_at", "actor_label", "what", "reason", "times", "path", "address", "chain_id")
    list_filter = ("actor_kind",)
    search_fields = ("actor_label", "what", "=chain_id", "=actor_id", "=request_id")
    ordering = ("-id",)
