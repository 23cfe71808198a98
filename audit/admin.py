"""What staff see: everything, found by search, and changed by nobody but through actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django_htmx.http import HttpResponseClientRedirect
from unfold.admin import ModelAdmin

from audit.erasing import ERASED
from audit.models import Chain, Event, Purge, Refused, Seal
from audit.naming import names_of
from audit.staff_lists import EntityFilter, InChains, WhenFilter, changes_of


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
        filters = {one if isinstance(one, str) else one.parameter_name for one in self.list_filter}
        offered = lookup.removesuffix("__exact") in filters and "\x00" not in str(value)
        return offered and super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, search_term.replace("\x00", ""))

    def back_to(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The row's page, after one of its writes."""
        options = self.model._meta
        page = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[object_id])
        return HttpResponseClientRedirect(page) if request.headers.get("HX-Request") else redirect(page)


_HEAD = format_html_join("", '<th class="text-left pr-6" scope="col">{}</th>', [("Field",), ("Before",), ("After",)])
_ROW = '<tr><th class="text-left pr-6" scope="row">{}</th><td class="pr-6">{}</td><td>{}</td></tr>'


@admin.register(Event)
class EventAdmin(InChains, ReadOnlyAdmin):
    """What happened in all organizations and accounts."""

    list_display = ("when", "action", "actor", "target", "chain", "type", "address")
    list_filter = (WhenFilter, "type", EntityFilter)
    search_fields = ("actor_label", "target_label", "action", "=target_id", "=actor_id", "=request_id", "=batch")
    search_help_text = "A name, an action or an id; the id of an organization finds all that happened there."
    fieldsets = (
        (None, {"fields": ("when", "action", "target", "chain", "type", "changes")}),
        ("Who", {"fields": ("actor", "actor_kind", "on_behalf_of", "actor_id")}),
        ("From where", {"fields": ("address", "user_agent", "request_id")}),
        ("Its place", {"fields": ("number", "batch", "chain_id", "target_id", "id")}),
    )
    readonly_fields = ("when", "actor", "target", "chain", "changes")

    @admin.display(description="at")
    def when(self, event: Event) -> str:
        return _moment(event.at)

    @admin.display(description="organization or account")
    def chain(self, event: Event) -> str:
        return _name_of(event)

    @admin.display(description="actor")
    def actor(self, event: Event) -> str:
        return ERASED if event.actor_salt is None else event.actor_label

    @admin.display(description="target")
    def target(self, event: Event) -> str:
        return ERASED if event.target_salt is None else event.target_label

    @admin.display(description="changes")
    def changes(self, event: Event) -> str:
        rows = changes_of(event)
        if not rows:
            return "No field changed with this."
        cells = format_html_join("", _ROW, rows)
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", _HEAD, cells)


@admin.register(Refused)
class RefusedAdmin(InChains, ReadOnlyAdmin):
    """What was refused in all organizations."""

    list_display = ("last", "actor_label", "what", "reason", "times", "chain", "path", "address")
    list_filter = (WhenFilter,)
    search_fields = ("actor_label", "what", "=actor_id", "=request_id")
    readonly_fields = ("chain",)

    @admin.display(description="last")
    def last(self, refused: Refused) -> str:
        return _moment(refused.last_at)

    @admin.display(description="organization or account")
    def chain(self, refused: Refused) -> str:
        return _name_of(refused)


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


def _moment(at: datetime) -> str:
    return format_html('<span class="whitespace-nowrap">{}</span>', date_format(timezone.localtime(at), "j M Y, H:i:s"))


def _name_of(row: Event | Refused) -> str:
    """Of its organization or account; the id where that is gone. A list has asked for all of its rows at once."""
    known = row.chain_name if hasattr(row, "chain_name") else names_of([row.chain_id]).get(row.chain_id)
    return known or str(row.chain_id)
